/**
 * When calls to an endpoint, or to a model there, stop for a while because too many of them fail. Each endpoint and each
 * pair of endpoint and model has a circuit of its own, in each process.
 */
export interface CircuitOptions {
  /** Share of failed calls in the window that opens the circuit. Above 0, up to 1. Default 0.5. */
  readonly failureRateThreshold?: number;
  /** Fewer calls than this in the window open nothing by their rate. At least 1. Default 10. */
  readonly minimumNumberOfCalls?: number;
  /**
   * How far back calls are counted, in milliseconds; they leave in twelfths of it. A circuit that is left alone for so
   * long has forgotten every failure. Default 60,000.
   */
  readonly windowMs?: number;
  /** Failures without a success in between that open the circuit, however few calls there are. At least 1. Default 5. */
  readonly consecutiveFailures?: number;
  /**
   * A call is slow when it takes longer than this until its answer can be handed out, in milliseconds: a stream with its
   * first content, anything else as a whole. Default: no call is slow. 30,000 suits most models that stream.
   */
  readonly slowCallDurationThresholdMs?: number;
  /**
   * Share of slow calls in the window that opens the circuit. Above 0, up to 1. Default 0.8. A slow probe opens it again.
   */
  readonly slowCallRateThreshold?: number;
  /** How long the circuit stays open at first, in milliseconds; it doubles with each opening. Default 5,000. */
  readonly baseOpenMs?: number;
  /**
   * Cap of that doubling, in milliseconds. Default 120,000. What results is spread by a fifth either way, so that
   * replicas do not probe together.
   */
  readonly maxOpenMs?: number;
  /** How long the circuit must have stayed closed for the doubling to start again, in milliseconds. Default 300,000. */
  readonly healthyAfterMs?: number;
  /** Calls that may probe at the same time once the open time is over. At least 1. Default 1. */
  readonly permittedCallsInHalfOpen?: number;
  /** Probes that must succeed before the circuit closes. At least 1. Default 2. */
  readonly successesToClose?: number;
  /** `shadow` decides, counts and reports as `enforce` does, and lets every call through. Default `enforce`. */
  readonly mode?: 'enforce' | 'shadow';
  /**
   * Whether a circuit of a model at an endpoint that opens in one replica opens in all that share the `store`, for as long
   * as it stays open there. Needs a `store`. Default `false`: what one replica cannot reach the others may.
   */
  readonly shareOpenings?: boolean;
}

/** Circuit options with every default filled in; `slowCallDurationThresholdMs` stays `undefined` where no call is slow. */
export type CircuitSettings = Readonly<Required<Omit<CircuitOptions, 'slowCallDurationThresholdMs'>>> &
  Pick<CircuitOptions, 'slowCallDurationThresholdMs'>;

export const CIRCUIT_DEFAULTS: CircuitSettings = Object.freeze({
  failureRateThreshold: 0.5,
  minimumNumberOfCalls: 10,
  windowMs: 60_000,
  consecutiveFailures: 5,
  slowCallRateThreshold: 0.8,
  baseOpenMs: 5_000,
  maxOpenMs: 120_000,
  healthyAfterMs: 300_000,
  permittedCallsInHalfOpen: 1,
  successesToClose: 2,
  mode: 'enforce',
  shareOpenings: false,
});
