import type { InjectionRule } from './injection-rule.js';

/** Where a rule matched: offsets in the text, in UTF-16 units. */
export interface InjectionHit {
  readonly rule: InjectionRule;
  readonly start: number;
  readonly end: number;
}

/** What a text is suspected of. */
export interface Suspicion {
  /** From 0 to 1: of the most suspicious place. */
  readonly score: number;
  /** Every hit that a suspicious place is made of, in order. Empty where no place is. */
  readonly hits: readonly InjectionHit[];
}

/** How far apart two signs may be and still belong together, in characters. */
export const WINDOW = 2_000;

const UNSUSPICIOUS: Suspicion = Object.freeze({ score: 0, hits: Object.freeze([]) });

/** Puts hits that are near each other together, each rule once, and keeps those of places that reach the threshold. */
export function suspiciousHits(found: readonly InjectionHit[], threshold: number): Suspicion {
  if (found.length === 0) return UNSUSPICIOUS;
  const hits = found.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const place = new Place();
  const suspicious = new Set<InjectionHit>();
  let score = 0;
  let first = 0;
  // Everything before this has been kept already.
  let kept = 0;
  for (const [index, hit] of hits.entries()) {
    while ((hits[first] ?? hit).start < hit.start - WINDOW) place.leave(hits[first++] ?? hit);
    place.enter(hit);
    const { score: here } = place;
    score = Math.max(score, here);
    if (here < threshold) continue;
    for (const each of hits.slice(Math.max(first, kept), index + 1)) suspicious.add(each);
    kept = index + 1;
  }
  return { score, hits: [...suspicious] };
}

/** The rules that match somewhere in a window. */
class Place {
  readonly #counts = new Map<InjectionRule, number>();
  /** Sum of the logarithms of what each rule leaves of the doubt. */
  #doubt = 0;
  /** How many of them leave none. */
  #certain = 0;

  get score(): number {
    if (this.#certain > 0) return 1;
    return this.#counts.size === 0 ? 0 : 1 - Math.exp(this.#doubt);
  }

  enter({ rule }: InjectionHit): void {
    const count = this.#counts.get(rule) ?? 0;
    this.#counts.set(rule, count + 1);
    if (count === 0) this.#weigh(rule, 1);
  }

  leave({ rule }: InjectionHit): void {
    const count = (this.#counts.get(rule) ?? 0) - 1;
    if (count > 0) {
      this.#counts.set(rule, count);
      return;
    }
    this.#counts.delete(rule);
    this.#weigh(rule, -1);
  }

  #weigh({ score }: InjectionRule, sign: 1 | -1): void {
    if (score >= 1) this.#certain += sign;
    else this.#doubt += sign * Math.log(1 - score);
  }
}
