import type { Outcome } from '../call/outcome.js';
import type { AttemptRecord, CallRecord } from '../call/record.js';
import { billedTokens, type TokenUsage, type Usage } from '../call/usage.js';
import { Amounts } from './amounts.js';
import type { CounterName, GaugeName } from './catalogue/catalogue.js';
import { INSTANCE } from './catalogue/metric-definition.js';
import type { Feed, Sample } from './fed-metric.js';
import type { InstanceLabels } from './instance-labels.js';

/** Values of the label `status`. */
export const STATUSES = {
  succeeded: 'success',
  failed: 'error',
  refused: 'refused',
  abandoned: 'abandoned',
} as const satisfies Readonly<Record<Outcome['kind'], string>>;

/** Values of the label `type`, by the field of a usage. */
export const TOKEN_TYPES = {
  inputTokens: 'input',
  outputTokens: 'output',
  cacheReadTokens: 'cache_read',
  cacheWrite5mTokens: 'cache_write_5m',
  cacheWrite1hTokens: 'cache_write_1h',
} as const satisfies Readonly<Record<keyof TokenUsage, string>>;

/** What an attempt or a retry is counted as where no failure says why. */
export const NO_FAILURE = { success: 'success', abandoned: 'abandoned', unknown: 'unknown' } as const;

const NANO_PER_USD = 1e9;

/** What the calls of one instance came to, until somebody reads it. */
export class CallCounts {
  readonly #labels: InstanceLabels;
  readonly #requests = new Amounts(['model', 'status'], { always: Object.values(STATUSES) });
  readonly #tokens = new Amounts(['model', 'type'], { always: Object.values(TOKEN_TYPES) });
  readonly #cost: Amounts;
  readonly #failures: Amounts;
  readonly #refusals: Amounts;
  readonly #findings: Amounts;
  readonly #attempts: Amounts;
  readonly #retries: Amounts;
  readonly #unpriced: Amounts;
  readonly #exhausted: Amounts;
  /** Input tokens since the start, and how many of them came from the cache, by model. */
  readonly #cache = new Map<string, { input: number; read: number }>();

  constructor(labels: InstanceLabels) {
    const common = { [INSTANCE]: labels.instance };
    this.#labels = labels;
    this.#cost = new Amounts(['model'], { common, perUnit: NANO_PER_USD });
    this.#failures = new Amounts(['reason'], { common });
    this.#refusals = new Amounts(['reason'], { common });
    this.#findings = new Amounts(['kind', 'action'], { common });
    this.#attempts = new Amounts(['endpoint', 'outcome'], { common });
    this.#retries = new Amounts(['reason'], { common });
    this.#unpriced = new Amounts(['reason'], { common });
    this.#exhausted = new Amounts([], { common });
    this.#exhausted.add('', '', 0);
  }

  /** What it tells, by metric. */
  get feeds(): Readonly<Partial<Record<CounterName | GaugeName, Feed>>> {
    return {
      anthropic_requests_total: this.#requests.take,
      anthropic_tokens_total: this.#tokens.take,
      anthropic_cost_usd_total: this.#cost.take,
      anthropic_failures_total: this.#failures.take,
      anthropic_refusals_total: this.#refusals.take,
      anthropic_input_findings_total: this.#findings.take,
      anthropic_attempts_total: this.#attempts.take,
      anthropic_retries_total: this.#retries.take,
      anthropic_unpriced_calls_total: this.#unpriced.take,
      anthropic_retry_budget_exhausted_total: this.#exhausted.take,
      anthropic_cache_hit_ratio: this.#cacheHits,
    };
  }

  add(record: CallRecord): void {
    const { outcome, attempts } = record;
    this.#requests.add(this.#labels.models.of(record.model), STATUSES[outcome.kind]);
    if (outcome.kind === 'failed') this.#failures.add(outcome.error.meaning.kind);
    if (outcome.kind === 'refused') this.#refusals.add(outcome.code);
    for (const { kind, action } of record.findings) this.#findings.add(kind, action);
    if (record.retryBudgetExhausted) this.#exhausted.add('');
    for (const [index, attempt] of attempts.entries()) {
      const isLast = index === attempts.length - 1;
      this.#attempt(attempt, isLast, outcome);
      if (!isLast) this.#retries.add(attempt.failure?.meaning.kind ?? NO_FAILURE.unknown);
    }
    this.#countUnpriced(attempts);
  }

  #attempt({ endpoint, failure, model, usage, cost }: AttemptRecord, isLast: boolean, { kind }: Outcome): void {
    const ended = isLast && kind === 'abandoned' ? NO_FAILURE.abandoned : NO_FAILURE.success;
    this.#attempts.add(this.#labels.endpoint(endpoint), failure?.meaning.kind ?? ended);
    if (usage === null) return;
    const label = this.#labels.models.of(model);
    this.#use(label, usage);
    if (cost !== null) this.#cost.add(label, '', cost.nanoUsd);
  }

  #use(model: string, usage: Usage): void {
    const used = billedTokens(usage);
    this.#tokens.add(model, TOKEN_TYPES.inputTokens, used.inputTokens);
    this.#tokens.add(model, TOKEN_TYPES.outputTokens, used.outputTokens);
    this.#tokens.add(model, TOKEN_TYPES.cacheReadTokens, used.cacheReadTokens);
    this.#tokens.add(model, TOKEN_TYPES.cacheWrite5mTokens, used.cacheWrite5mTokens);
    this.#tokens.add(model, TOKEN_TYPES.cacheWrite1hTokens, used.cacheWrite1hTokens);
    let cache = this.#cache.get(model);
    if (cache === undefined) this.#cache.set(model, (cache = { input: 0, read: 0 }));
    cache.read += used.cacheReadTokens;
    cache.input += used.inputTokens + used.cacheReadTokens + used.cacheWrite5mTokens + used.cacheWrite1hTokens;
  }

  /** A call counts once for each reason, whatever its attempts. */
  #countUnpriced(attempts: readonly AttemptRecord[]): void {
    let reasons: Set<string> | null = null;
    for (const { cost } of attempts) for (const { reason } of cost?.unpriced ?? []) (reasons ??= new Set()).add(reason);
    for (const reason of reasons ?? []) this.#unpriced.add(reason);
  }

  readonly #cacheHits = (): readonly Sample[] =>
    Array.from(this.#cache, ([model, { input, read }]) => [
      { [INSTANCE]: this.#labels.instance, model },
      input === 0 ? 0 : read / input,
    ]);
}
