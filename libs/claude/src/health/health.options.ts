/**
 * What health is judged by, each by itself: the keys, the `store` and the ledger of one's own, the endpoints, their circuits, how
 * many of the latest calls succeeded, the budgets, the limiter, and the active probe.
 */
export const HEALTH_RULES = Object.freeze([
  'key',
  'store',
  'ledger',
  'endpoint',
  'circuit',
  'successRate',
  'budget',
  'limiter',
  'probe',
] as const);

export type HealthRule = (typeof HEALTH_RULES)[number];

/** What rules mean for readiness. Starting and shutting down are always `down`. */
export interface HealthRuleOptions {
  /** Rules that take the application out of service where they are `degraded`. Default: none. */
  readonly failReadinessOn?: readonly HealthRule[];
  /** Rules that are not looked at. Default: none. */
  readonly ignore?: readonly HealthRule[];
}

/** When too few of the latest calls succeed. */
export interface SuccessRateOptions {
  /** How far back calls count, in milliseconds. Default 60,000. */
  readonly windowMs?: number;
  /** Calls there must have been before they say anything; fewer are `up`. Default 20. */
  readonly minimumNumberOfCalls?: number;
  /** The share of calls that must succeed, above 0 and up to 1. Default 0.8. */
  readonly threshold?: number;
}

/** The active probe: a request for the list of models, which costs nothing, made when somebody asks how things stand. */
export interface HealthProbeOptions {
  /** Milliseconds from one request to the next at the least; up to a fifth more, so that replicas spread. Default 30,000. */
  readonly intervalMs?: number;
  /** Milliseconds the answer may take. Default 5,000. */
  readonly timeoutMs?: number;
}

/** Options of health. */
export interface HealthOptions extends HealthRuleOptions {
  readonly successRate?: SuccessRateOptions;
  /** The share of the places in the line for a limit from which on the limiter is saturated: above 0, up to 1. Default 0.8. */
  readonly queueThreshold?: number;
  /** An active probe. Default `false`: what calls have shown is enough, and costs nothing. */
  readonly probe?: HealthProbeOptions | false;
  /**
   * Milliseconds for which a shutdown lets calls in after readiness has gone down, so that load balancers notice first.
   * Default 0.
   */
  readonly drainDelayMs?: number;
}

/** {@link HealthOptions} with every default filled in. Frozen. */
export interface HealthSettings extends Required<HealthRuleOptions> {
  readonly successRate: Required<SuccessRateOptions>;
  readonly queueThreshold: number;
  readonly probe: Required<HealthProbeOptions> | false;
  readonly drainDelayMs: number;
}

export const SUCCESS_RATE_DEFAULTS: Required<SuccessRateOptions> = Object.freeze({
  windowMs: 60_000,
  minimumNumberOfCalls: 20,
  threshold: 0.8,
});

export const HEALTH_PROBE_DEFAULTS: Required<HealthProbeOptions> = Object.freeze({
  intervalMs: 30_000,
  timeoutMs: 5_000,
});

export const HEALTH_DEFAULTS: HealthSettings = Object.freeze({
  failReadinessOn: Object.freeze([]),
  ignore: Object.freeze([]),
  successRate: SUCCESS_RATE_DEFAULTS,
  queueThreshold: 0.8,
  probe: false,
  drainDelayMs: 0,
});
