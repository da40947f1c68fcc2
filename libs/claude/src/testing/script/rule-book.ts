import { Rule, type Directive, type RuleStep } from './rule.js';

interface Entry<R, Q> {
  readonly matches: (request: Q) => boolean;
  readonly steps: RuleStep<R>[];
}

/** The rules for one kind of request. The newest rule that matches and is not used up decides. */
export class RuleBook<R, Q> {
  #entries: Entry<R, Q>[] = [];

  add(matches: (request: Q) => boolean): Rule<R> {
    const steps: RuleStep<R>[] = [];
    const rule = new Rule(steps);
    this.#entries.push({ matches, steps });
    return rule;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** What to do with a request, counted as done; `null` when no rule is for it. */
  take(request: Q): Directive<R> | null {
    const entry = this.#entries.findLast(({ matches, steps }) => steps.some(isLeft) && matches(request));
    return entry ? takeStep(entry.steps) : null;
  }

  clear(): void {
    this.#entries = [];
  }
}

function isLeft({ remaining }: RuleStep<unknown>): boolean {
  return remaining === undefined || remaining > 0;
}

function takeStep<R>(steps: RuleStep<R>[]): Directive<R> | null {
  const index = steps.findIndex(isLeft);
  const step = steps[index];
  if (step?.remaining !== undefined) steps[index] = { ...step, remaining: step.remaining - 1 };
  return step ?? null;
}
