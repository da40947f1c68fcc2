import type { Attempt } from '../call/attempt.js';
import type { Call } from '../call/call.js';
import type { PriceUsage } from '../call/cost.js';
import type { CallOptimization, OptimizationRecord, OptimizationReversal } from '../call/optimization.js';
import type { AttemptRecord } from '../call/record.js';
import { readBody, type ReplacedRequest } from '../call/request-body.js';
import { isFields } from '../call/token-walk.js';
import { couldBeSavedBy, savedBy, type MeasuredUse } from './measure.js';
import { changedFields, decisionOf, type Plan } from './plan.js';

/** Whom it works with. */
export interface OptimizationParts {
  readonly dryRun: boolean;
  readonly costOf: PriceUsage;
}

/** What is changed of one call, from the first attempt to the record. */
export class Optimization implements CallOptimization {
  readonly #original: ReplacedRequest;
  #reversal: OptimizationReversal | null = null;
  /** The attempt whose answer was cut short, by its number. */
  #cutAttempt: number | null = null;

  constructor(
    private readonly call: Call,
    private readonly plan: Plan,
    private readonly parts: OptimizationParts,
  ) {
    this.#original = { params: call.params, body: call.request.body };
  }

  /**
   * Lets the attempts that follow send what is wanted; everything else in the body stays as it is.
   *
   * @returns Whether it does. Not where a middleware of the user's has put something else into a field that is to be changed,
   * nor where that field has a number whose digits would be lost, nor where the body cannot be read.
   */
  begin(): boolean {
    const { call, plan } = this;
    const read = readBody(call.request.body);
    if (read === null || !isFields(read.params)) return false;
    const sent = read.params;
    const { asked, wanted } = plan;
    const fields = [...changedFields(plan)];
    if (fields.some((field) => JSON.stringify(sent[field]) !== JSON.stringify(asked[field]))) return false;
    call.replace(read.write({ ...sent, ...Object.fromEntries(fields.map((field) => [field, wanted[field]])) }));
    return true;
  }

  /** Whether an answer ended at a `max_tokens` that was lowered here, and not by a budget. */
  wasCutShort(stopReason: unknown): boolean {
    const { call, plan } = this;
    const wasLowered = Number(plan.wanted['max_tokens']) < Number(plan.asked['max_tokens']);
    return stopReason === 'max_tokens' && !call.stream && call.maxTokens === null && wasLowered;
  }

  /** Whether the API would not have the request, which may be for what was changed of it. */
  wasRejected(): boolean {
    const meaning = this.call.deciding?.failure?.meaning;
    return meaning !== undefined && (meaning.kind === 'rejected' || meaning.kind === 'forbidden');
  }

  /** Lets the attempts that follow send the request as it was given, byte for byte. */
  takeBack(): void {
    this.#reversal = 'rejected';
    this.call.replace(this.#original);
  }

  /** Lets the attempts that follow have answers as long as the caller allows; all else stays changed. */
  allowFullAnswer(): void {
    const { call, plan } = this;
    const read = readBody(call.request.body);
    // It was read before, when it was changed.
    if (read === null || !isFields(read.params)) return;
    this.#reversal = 'cut-short';
    this.#cutAttempt = call.attempt?.number ?? null;
    call.replace(read.write({ ...read.params, max_tokens: plan.asked['max_tokens'] }));
  }

  record(attempts: readonly AttemptRecord[], deciding: Attempt | undefined): OptimizationRecord {
    const { steps } = this.plan;
    const used = this.#used(attempts[(deciding?.number ?? 0) - 1]);
    const { saved, wasted } = this.#figures(attempts, used);
    const decisions = steps.map((step, index) => decisionOf(step, less(saved[index] ?? null, wasted[index] ?? 0)));
    return {
      dryRun: this.parts.dryRun,
      decisions,
      reversal: this.#reversal,
      expectedSavingNanoUsd: sum(steps.map(({ expectedSavingNanoUsd }) => expectedSavingNanoUsd)) ?? 0,
      savingNanoUsd: sum(decisions.map(({ savingNanoUsd }) => savingNanoUsd)),
      wastedNanoUsd: sum(wasted) ?? 0,
    };
  }

  #figures(attempts: readonly AttemptRecord[], used: MeasuredUse | null): Figures {
    const { plan, parts } = this;
    const effects = plan.steps.map(({ effect }) => effect);
    const unknown = effects.map(() => null);
    const cutCost = attempts[(this.#cutAttempt ?? 0) - 1]?.cost?.nanoUsd ?? 0;
    const wasted = wasteOf(plan, cutCost);
    if (used === null) return { saved: unknown, wasted };
    if (this.#reversal === 'rejected') return { saved: effects.map(() => 0), wasted };
    if (!parts.dryRun) return { saved: savedBy(effects, used, parts.costOf), wasted };
    const dry = couldBeSavedBy(effects, used, parts.costOf);
    return this.call.stream ? { ...dry, wasted } : dry;
  }

  /** A guess of ours says nothing of what was saved. */
  #used(attempt: AttemptRecord | undefined): MeasuredUse | null {
    if (attempt === undefined || attempt.usage === null || attempt.usage.quality === 'estimated') return null;
    const { model, usage, startedAfterMs } = attempt;
    return { model, usage, atMs: this.call.startedAtMs + startedAfterMs };
  }
}

interface Figures {
  readonly saved: readonly (number | null)[];
  readonly wasted: readonly number[];
}

/** Whoever lowered `max_tokens` last cut the answer short. */
function wasteOf({ steps }: Plan, nanoUsd: number): number[] {
  const last = steps.findLastIndex(({ changed }) => changed.includes('max_tokens'));
  return steps.map((_, index) => (index === last ? nanoUsd : 0));
}

function less(saved: number | null, wasted: number): number | null {
  return saved === null && wasted === 0 ? null : (saved ?? 0) - wasted;
}

function sum(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : known.reduce((total, amount) => total + amount, 0);
}
