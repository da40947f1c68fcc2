import { Subject } from 'rxjs';
import type { Clock } from '../call/clock.js';
import type { FindingAction, InputFinding, InputSource } from '../call/input-finding.js';
import { NO_FINDINGS } from '../call/input-finding.js';
import { InputBlockedError } from '../errors/refusals.js';
import { DetectorHook, type Judgement } from './detector-hook.js';
import { RequestPass, type Verdicts } from './request-pass.js';
import { RequestWalk } from './request-walk.js';
import type { SanitizationSettings } from './sanitization.settings.js';
import { SanitizationTally, type SanitizationStats } from './sanitization-tally.js';
import { TextInspector } from './text-inspector.js';
import { pathOf } from './text-place.js';

/** What came of looking at a value. */
export interface SanitizedInput<T = unknown> {
  /** What is to be used in its place; the value itself where nothing was taken out. */
  readonly value: T;
  /** Whether anything was taken out. */
  readonly changed: boolean;
  /** Everything that was found, but for what is only logged. */
  readonly findings: readonly InputFinding[];
  /** The same done to another value of the same content, without counting or telling it again. */
  readonly repeat: (value: unknown) => unknown;
  /** What a refusal would say; `null` where there is no reason for one. */
  readonly refusal: InputBlockedError | null;
}

/** What a value is walked as. */
export type InputShape = { readonly as: 'request' } | { readonly as: 'value'; readonly source: InputSource };

/** Looks at values, and counts what it finds. Knows nothing of calls. */
export class Sanitizer {
  /** Each finding, those that are only logged included. */
  readonly found = new Subject<InputFinding>();
  readonly #inspector: TextInspector;
  readonly #detectors: readonly DetectorHook[];
  readonly #tally = new SanitizationTally();

  constructor(
    readonly settings: SanitizationSettings,
    clock: Clock,
  ) {
    this.#inspector = new TextInspector(settings);
    this.#detectors = settings.detectors.map((options) => new DetectorHook(options, clock));
  }

  /** Whether looking at a value takes time, as somebody is asked. */
  get asksDetectors(): boolean {
    return this.#detectors.length > 0;
  }

  /** Tells nobody any more. */
  close(): void {
    this.found.complete();
  }

  stats(): SanitizationStats {
    return this.#tally.stats(this.#detectors);
  }

  /** Looks at a value without asking any detector. */
  inspect<T>(value: T, shape: InputShape, verdicts?: Verdicts): SanitizedInput<T> {
    const [cleaned, findings] = this.#pass(value, shape, verdicts);
    const enforces = this.settings.mode === 'enforce';
    const changed = enforces && cleaned !== value;
    const refusal = enforces ? refusalOf(findings) : null;
    this.#tally.add(findings, { changed, refused: refusal !== null });
    for (const finding of findings) this.found.next(finding);
    return {
      value: changed ? (cleaned as T) : value,
      changed,
      findings: findings.length === 0 ? NO_FINDINGS : findings.filter(({ action }) => action !== 'log'),
      repeat: (other) => this.#pass(other, shape, verdicts)[0],
      refusal,
    };
  }

  /** The same, with the detectors asked first. */
  async judge<T>(value: T, shape: InputShape): Promise<SanitizedInput<T>> {
    return this.inspect(value, shape, await this.#verdictsOn(value, shape));
  }

  #pass(value: unknown, shape: InputShape, verdicts?: Verdicts): readonly [unknown, readonly InputFinding[]] {
    const pass = new RequestPass(this.settings, this.#inspector, verdicts);
    const walk = new RequestWalk(pass, this.settings.limits.maxDepth);
    const cleaned = shape.as === 'request' ? walk.request(value) : walk.value(value, shape.source);
    return [cleaned, pass.findings];
  }

  async #verdictsOn(value: unknown, shape: InputShape): Promise<Verdicts> {
    const { policies, limits } = this.settings;
    const texts: { text: string; path: string; source: InputSource }[] = [];
    const walk = new RequestWalk(
      {
        text: (text, { place, source }) => {
          if (policies[source].patterns !== 'off' && texts.length < limits.maxTexts) {
            texts.push({ text, path: pathOf(place), source });
          }
          return text;
        },
        tooDeep: () => undefined,
        cycle: () => undefined,
      },
      limits.maxDepth,
    );
    if (shape.as === 'request') walk.request(value);
    else walk.value(value, shape.source);
    const verdicts = new Map<string, Judgement[]>();
    await Promise.all(
      this.#detectors.map(async (detector) => {
        const judged = texts.filter(({ source }) => detector.judges(source));
        for (const [index, judgement] of (await detector.judge(judged)).entries()) {
          const path = judged[index]?.path;
          if (judgement !== null && path !== undefined) verdicts.set(path, [...(verdicts.get(path) ?? []), judgement]);
        }
      }),
    );
    return verdicts;
  }
}

/** The first place that is a reason, with all the rules that are one there. */
function refusalOf(findings: readonly InputFinding[]): InputBlockedError | null {
  const blocking = findings.filter(({ action }) => action === ('block' satisfies FindingAction));
  const [first] = blocking;
  if (first === undefined) return null;
  const rules = blocking.filter(({ path }) => path === first.path).map(({ rule }) => rule);
  return new InputBlockedError({ path: first.path, rules: [...new Set(rules)] });
}
