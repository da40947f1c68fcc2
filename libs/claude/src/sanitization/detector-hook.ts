import type { Clock, Timer } from '../call/clock.js';
import type { InputSource } from '../call/input-finding.js';

/** A text that a detector is to judge. */
export interface DetectorInput {
  readonly text: string;
  /** Where in the request it stands. */
  readonly path: string;
  readonly source: InputSource;
  /** Fires when nobody waits for the verdict any more. */
  readonly signal: AbortSignal;
}

/** What a detector takes a text for. */
export interface DetectorVerdict {
  /** From 0 to 1; from the module's `threshold` on it is a finding. */
  readonly score: number;
  /** Default: the detector's name. */
  readonly category?: string;
}

/** A model of your own, or a service, that tells attacks. */
export interface DetectorOptions {
  /** Its findings are called `detector:<name>`. */
  readonly name: string;
  /** Judges one text; `null` for a harmless one. All texts of a request are judged at the same time. */
  readonly detect: (input: DetectorInput) => DetectorVerdict | null | Promise<DetectorVerdict | null>;
  /** Milliseconds it has for a request. Default 500. */
  readonly timeoutMs?: number;
  /** What becomes of a request it threw at or had no time for: goes on (`open`), or is refused (`closed`). Default `open`. */
  readonly onFailure?: 'open' | 'closed';
  /** Which texts it judges, where their `patterns` are not off. Default `user`, `tool_result` and `document`. */
  readonly sources?: readonly InputSource[];
}

/** How a detector got on. */
export interface DetectorStats {
  readonly judged: number;
  /** How often it threw, or gave something that is no verdict. */
  readonly errors: number;
  /** How often it had no time left. */
  readonly timeouts: number;
}

/** A verdict, or that there is none. */
export type Judgement =
  | { readonly kind: 'verdict'; readonly detector: string; readonly verdict: DetectorVerdict }
  | { readonly kind: 'failure'; readonly detector: string; readonly closed: boolean };

const DEFAULTS = { timeoutMs: 500, onFailure: 'open', sources: ['user', 'tool_result', 'document'] } as const;

/** One detector, bounded in time, and never the end of a request by itself. */
export class DetectorHook {
  #judged = 0;
  #errors = 0;
  #timeouts = 0;

  constructor(
    private readonly options: DetectorOptions,
    private readonly clock: Clock,
  ) {}

  get name(): string {
    return this.options.name;
  }

  get stats(): DetectorStats {
    return { judged: this.#judged, errors: this.#errors, timeouts: this.#timeouts };
  }

  judges(source: InputSource): boolean {
    const sources: readonly InputSource[] = this.options.sources ?? DEFAULTS.sources;
    return sources.includes(source);
  }

  /** Judges texts, all at the same time; `null` for what it finds harmless, or has failed at and may. */
  async judge(texts: readonly Omit<DetectorInput, 'signal'>[]): Promise<readonly (Judgement | null)[]> {
    const { timeoutMs = DEFAULTS.timeoutMs } = this.options;
    const controller = new AbortController();
    const { deadline, timer } = this.#deadline(timeoutMs);
    try {
      return await Promise.all(texts.map((text) => this.#judgeOne({ ...text, signal: controller.signal }, deadline)));
    } finally {
      timer.cancel();
      controller.abort();
    }
  }

  async #judgeOne(input: DetectorInput, deadline: Promise<'late'>): Promise<Judgement | null> {
    const { name, detect } = this.options;
    this.#judged += 1;
    try {
      const verdict = await Promise.race([Promise.resolve(input).then(detect), deadline]);
      if (verdict === 'late') {
        this.#timeouts += 1;
        return this.#failure();
      }
      if (verdict === null || verdict === undefined) return null;
      if (!isVerdict(verdict)) throw new TypeError('A verdict has a `score` from 0 to 1.');
      return { kind: 'verdict', detector: name, verdict };
    } catch {
      this.#errors += 1;
      return this.#failure();
    }
  }

  #deadline(timeoutMs: number): { readonly deadline: Promise<'late'>; readonly timer: Timer } {
    let timer: Timer = { cancel: () => undefined };
    const deadline = new Promise<'late'>((resolve) => {
      timer = this.clock.setTimer(() => resolve('late'), timeoutMs, true);
    });
    return { deadline, timer };
  }

  #failure(): Judgement {
    const { name, onFailure = DEFAULTS.onFailure } = this.options;
    return { kind: 'failure', detector: name, closed: onFailure === 'closed' };
  }
}

function isVerdict({ score }: DetectorVerdict): boolean {
  return typeof score === 'number' && score >= 0 && score <= 1;
}
