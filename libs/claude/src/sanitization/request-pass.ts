import type { FindingAction, InputFinding, InputSource } from '../call/input-finding.js';
import type { Judgement } from './detector-hook.js';
import { REMOVED } from './removed.js';
import type { SanitizationSettings } from './sanitization.settings.js';
import type { LocalFinding, TextInspector } from './text-inspector.js';
import { pathOf, type Place, type TextPlace } from './text-place.js';
import type { TextVisitor } from './text-walk.js';

/** What detectors said, by the path of the text. */
export type Verdicts = ReadonlyMap<string, readonly Judgement[]>;

/** One look at one request: what was found so far, and how much there was. */
export class RequestPass implements TextVisitor {
  readonly findings: InputFinding[] = [];
  #texts = 0;
  #bytes = 0;
  /** Limits of the whole request that have been told of. */
  readonly #told = new Set<string>();

  constructor(
    private readonly settings: SanitizationSettings,
    private readonly inspector: TextInspector,
    private readonly verdicts: Verdicts | undefined,
  ) {}

  text(text: string, { place, source, change }: TextPlace): string {
    if (!this.#admits(text, place, source)) return text;
    const policy = this.settings.policies[source];
    const { findings, cleaned } = this.inspector.inspect(text, policy);
    for (const finding of findings) this.#note(finding, place, source, change === 'fixed');
    const instead = this.#judged(text, cleaned, place, source);
    if (change === 'fixed' || instead === text) return text;
    return presentable(instead, text, change === 'answer-begun');
  }

  tooDeep(place: Place, source: InputSource): void {
    this.#noteOnce('too_deep', place, source);
  }

  /** No request can hold it, so there is no policy for it. */
  cycle(place: Place, source: InputSource): void {
    this.#note(structural('cycle', 'block'), place, source, false);
  }

  /** Whether there is room for one more text in the request. */
  #admits(text: string, place: Place, source: InputSource): boolean {
    const { maxTexts, maxTotalBytes } = this.settings.limits;
    this.#texts += 1;
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > maxTotalBytes) this.#noteOnce('request_too_large', place, source);
    if (this.#texts <= maxTexts) return true;
    this.#noteOnce('too_many_texts', place, source);
    return false;
  }

  #noteOnce(rule: string, place: Place, source: InputSource): void {
    const { length } = this.settings.policies[source];
    if (length === 'off' || this.#told.has(rule)) return;
    this.#told.add(rule);
    this.#note(structural(rule, length), place, source, false);
  }

  /** What detectors said of a text, which is all or nothing. */
  #judged(text: string, cleaned: string, place: Place, source: InputSource): string {
    const judgements = this.verdicts?.get(pathOf(place)) ?? [];
    const { patterns } = this.settings.policies[source];
    let instead = cleaned;
    for (const judgement of judgements) {
      const finding = this.#findingOf(judgement, text, patterns === 'off' ? 'log' : patterns);
      if (finding === null) continue;
      this.#note(finding, place, source, false);
      if (finding.action === 'strip') instead = REMOVED;
    }
    return instead;
  }

  #findingOf(judgement: Judgement, { length: end }: string, action: FindingAction): LocalFinding | null {
    const { detector } = judgement;
    const whole = { start: 0, end, count: 1 };
    if (judgement.kind === 'failure') {
      const failed = { rule: `detector_failed:${detector}`, kind: 'detector', category: 'detector', score: 0 } as const;
      return { ...failed, ...whole, action: judgement.closed ? 'block' : 'flag' };
    }
    const { score, category = detector } = judgement.verdict;
    if (score < this.settings.threshold) return null;
    return { rule: `detector:${detector}`, kind: 'injection', category, score, ...whole, action };
  }

  /** What must not be changed is flagged where it would be stripped. */
  #note(finding: LocalFinding, place: Place, source: InputSource, isFixed: boolean): void {
    const action = isFixed && finding.action === 'strip' ? 'flag' : finding.action;
    const enforced = this.settings.mode === 'enforce';
    this.findings.push({ ...finding, action, path: pathOf(place), source, enforced });
  }
}

function structural(rule: string, action: FindingAction): LocalFinding {
  return { rule, kind: 'structure', category: 'structure', score: 1, start: 0, end: 0, count: 1, action };
}

/** The API takes no text without anything in it, and none to go on with that ends in white space. */
function presentable(instead: string, text: string, isAnswerBegun: boolean): string {
  const ended = isAnswerBegun && !/\s$/.test(text) ? instead.trimEnd() : instead;
  return ended.trim() === '' ? REMOVED : ended;
}
