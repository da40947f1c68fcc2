/** How long a model is left alone where its key may not use it. */
const FORBIDDEN_MS = 300_000;

/** Refusals in a row after which it is no longer one odd request that may have been refused. */
const FIRM_AFTER = 3;

/** Models that a key may not use are few; names of them may come from users. */
const MAX_FORBIDDEN = 1_000;

/** How sure it is that a key may not use a model: not at all, after a refusal or two, or after several with no answer between. */
export type AccessDoubt = 'none' | 'thin' | 'firm';

/** Which models the key of an endpoint may not use, as far as the API's refusals (403) have shown. */
export class ModelAccess {
  readonly #refused = new Map<string | null, { inARow: number; untilMs: number }>();

  doubt(model: string | null, nowMs: number): AccessDoubt {
    const refused = this.#refused.size === 0 ? undefined : this.#refused.get(model);
    if (refused === undefined || refused.untilMs <= nowMs) return 'none';
    return refused.inARow >= FIRM_AFTER ? 'firm' : 'thin';
  }

  refused(model: string | null, nowMs: number): void {
    if (this.#refused.size >= MAX_FORBIDDEN) this.#refused.clear();
    const inARow = (this.#refused.get(model)?.inARow ?? 0) + 1;
    this.#refused.set(model, { inARow, untilMs: nowMs + FORBIDDEN_MS });
  }

  /** Whatever was refused before: it may. */
  accepted(model: string | null): void {
    if (this.#refused.size > 0) this.#refused.delete(model);
  }

  clear(): void {
    this.#refused.clear();
  }
}

interface Doubted {
  readonly access: ModelAccess;
}

/**
 * Those whose keys may use a model. What a refusal or two said takes out half of them at the most, since the request may have
 * been the odd one; and nothing takes out the last: then the API itself shall say what is wrong.
 */
export function withAccess<E extends Doubted>(all: readonly E[], model: string | null, nowMs: number): readonly E[] {
  const trusted = all.filter(({ access }) => access.doubt(model, nowMs) === 'none');
  if (trusted.length === all.length) return all;
  const unsure = all.filter(({ access }) => access.doubt(model, nowMs) === 'thin');
  const isTooMany = unsure.length > all.length / 2;
  const left = isTooMany ? all.filter((each) => trusted.includes(each) || unsure.includes(each)) : trusted;
  return left.length > 0 ? left : all;
}
