import type { FindingAction, FindingKind, InputFinding } from '../call/input-finding.js';
import { CleanTexts } from './clean-texts.js';
import { InjectionScanner } from './detection/injection-scanner.js';
import type { InjectionHit } from './detection/suspicion.js';
import { INVISIBLE_RULES } from './invisible/invisible.rules.js';
import { inspectInvisible, type InvisibleReport } from './invisible/invisible-text.js';
import { markedHits } from './removed.js';
import type { SanitizationSettings } from './sanitization.settings.js';
import type { SourcePolicy } from './sanitization.options.js';

/** A finding before it is known where in the request its text stands. */
export type LocalFinding = Pick<
  InputFinding,
  'rule' | 'kind' | 'category' | 'score' | 'start' | 'end' | 'count' | 'action'
>;

/** What came of looking at one text. */
export interface InspectedText {
  readonly findings: readonly LocalFinding[];
  /** What is to be sent in its place. */
  readonly cleaned: string;
}

/** As much of one text as patterns are looked for in. */
const MOST_SCANNED = 1_048_576;
const SCANNED_AT_END = 262_144;

const NO_LOCAL_FINDINGS: readonly LocalFinding[] = [];

/** Looks at one text by one policy. Says the same of the same text, whatever else is in the request. */
export class TextInspector {
  readonly #scanner: InjectionScanner;
  readonly #clean = new WeakMap<SourcePolicy, CleanTexts>();

  constructor(private readonly settings: SanitizationSettings) {
    this.#scanner = new InjectionScanner(settings.rules, settings.threshold);
  }

  inspect(text: string, policy: SourcePolicy): InspectedText {
    const digest = CleanTexts.digestOf(text);
    if (digest === null) return this.#inspect(text, policy);
    const clean = this.#cleanBy(policy);
    if (clean.has(digest)) return { findings: NO_LOCAL_FINDINGS, cleaned: text };
    const inspected = this.#inspect(text, policy);
    if (inspected.findings.length === 0 && inspected.cleaned === text) clean.add(digest);
    return inspected;
  }

  /** What is clean by one policy may not be by another. */
  #cleanBy(policy: SourcePolicy): CleanTexts {
    let clean = this.#clean.get(policy);
    if (clean === undefined) this.#clean.set(policy, (clean = new CleanTexts()));
    return clean;
  }

  #inspect(text: string, policy: SourcePolicy): InspectedText {
    const findings: LocalFinding[] = [];
    if (policy.length !== 'off') this.#measure(text, policy.length, findings);
    if (policy.invisible === 'off' && policy.patterns === 'off') return { findings, cleaned: text };
    const invisible = inspectInvisible(text);
    let cleaned = text;
    if (policy.invisible !== 'off') {
      findings.push(...invisibleFindings(invisible, policy.invisible));
      if (policy.invisible === 'strip') cleaned = invisible.cleaned.text;
    }
    if (policy.patterns !== 'off') {
      const found = this.#patternFindings(text, invisible, policy, findings);
      if (found && policy.patterns === 'strip') cleaned = this.#withoutHits(cleaned, policy);
    }
    return { findings: findings.length === 0 ? NO_LOCAL_FINDINGS : findings, cleaned };
  }

  #withoutHits(text: string, { invisible }: SourcePolicy): string {
    const clean = (left: string): string => (invisible === 'strip' ? inspectInvisible(left).cleaned.text : left);
    return markedHits(text, (left) => this.#scanner.scan(left).hits, clean);
  }

  #measure(text: string, action: FindingAction, findings: LocalFinding[]): void {
    const { maxBytes, maxCodePoints } = this.settings.limits;
    // A UTF-16 unit is at most three bytes, and at most one code point.
    if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
      findings.push(certain('too_many_bytes', 'length', text, action));
    }
    if (text.length > maxCodePoints && codePoints(text) > maxCodePoints) {
      findings.push(certain('too_many_code_points', 'length', text, action));
    }
  }

  #patternFindings(text: string, invisible: InvisibleReport, policy: SourcePolicy, findings: LocalFinding[]): boolean {
    const { patterns } = policy;
    if (patterns === 'off') return false;
    if (text.length <= MOST_SCANNED) {
      const { hits, score } = this.#scanner.scan(text, invisible);
      if (hits.length === 0) return false;
      findings.push(...byRule(hits, score, patterns));
      return true;
    }
    if (policy.length !== 'off') findings.push(certain('partly_scanned', 'length', text, 'flag'));
    const head = this.#scanner.scan(text.slice(0, MOST_SCANNED - SCANNED_AT_END));
    const from = text.length - SCANNED_AT_END;
    const tail = this.#scanner.scan(text.slice(from));
    const hits = [...head.hits, ...tail.hits.map((hit) => ({ ...hit, start: hit.start + from, end: hit.end + from }))];
    findings.push(...byRule(hits, Math.max(head.score, tail.score), patterns));
    return hits.length > 0;
  }
}

function certain(rule: string, kind: FindingKind, { length }: string, action: FindingAction): LocalFinding {
  return { rule, kind, category: kind, score: 1, start: 0, end: length, count: 1, action };
}

function codePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return count;
}

/** What cannot be taken out, as it may be meant, is no reason to refuse a request either. */
function invisibleFindings({ findings }: InvisibleReport, action: FindingAction): readonly LocalFinding[] {
  return findings.map(({ rule, ...where }) => ({
    rule,
    kind: 'invisible',
    category: 'invisible',
    score: 1,
    ...where,
    action: INVISIBLE_RULES[rule].strips || action === 'log' ? action : 'flag',
  }));
}

/** One finding for each rule that matched. */
function byRule(hits: readonly InjectionHit[], score: number, action: FindingAction): readonly LocalFinding[] {
  const found = new Map<string, LocalFinding>();
  for (const { rule, start, end } of hits) {
    const before = found.get(rule.id);
    found.set(rule.id, {
      rule: rule.id,
      kind: 'injection',
      category: rule.category,
      score,
      start: Math.min(start, before?.start ?? start),
      end: Math.max(end, before?.end ?? end),
      count: (before?.count ?? 0) + 1,
      action,
    });
  }
  return [...found.values()];
}
