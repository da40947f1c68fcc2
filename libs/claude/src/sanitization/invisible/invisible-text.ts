import { MappedTextBuilder, unmapped, type MappedText } from '../detection/mapped-text.js';
import { hasRtlLetters, isIdeographicSelector, isSuspect, isTag, isVariationSelector } from './code-points.js';
import { INVISIBLE_RULES, ruleOf, type InvisibleRule, type Surroundings } from './invisible.rules.js';
import { decodeSelectors, decodeTags } from './hidden-payload.js';

/** Characters of one kind in one text. */
export interface InvisibleFinding {
  readonly rule: InvisibleRule;
  /** Offsets in the text, in UTF-16 units, from the first of them to the end of the last. */
  readonly start: number;
  readonly end: number;
  /** How many code points. */
  readonly count: number;
}

/** Text that was hidden in characters nobody sees. */
export interface HiddenPayload {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What a text holds that nobody sees. */
export interface InvisibleReport {
  readonly findings: readonly InvisibleFinding[];
  readonly payloads: readonly HiddenPayload[];
  /** The text without what is to go; the text itself where nothing is. */
  readonly cleaned: MappedText;
}

const NOTHING: Pick<InvisibleReport, 'findings' | 'payloads'> = { findings: [], payloads: [] };

/** How a subdivision flag goes on after its black flag: letters and digits as tags, and the tag that ends it. */
const FLAG_TAGS = /^[\u{e0061}-\u{e007a}]{2}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{1,4}\u{e007f}/u;

/** Takes out of a text what does no work for a reader; see {@link INVISIBLE_RULES} for what that is. Linear and idempotent. */
export function inspectInvisible(text: string): InvisibleReport {
  if (!isSuspect(text)) return { ...NOTHING, cleaned: unmapped(text) };
  return new InvisiblePass(text).run();
}

class InvisiblePass {
  readonly #found = new Map<InvisibleRule, { start: number; end: number; count: number }>();
  readonly #payloads: HiddenPayload[] = [];
  readonly #builder: MappedTextBuilder;
  readonly #rtl: boolean;
  /** The last code point that stays, and the one before. */
  #previous = '';
  #beforePrevious = '';
  #kept = 0;
  #changed = false;
  /** A run of characters that may spell something: tags, or variation selectors. */
  #run: { readonly start: number; readonly tags: boolean; points: number[] } | null = null;

  constructor(private readonly text: string) {
    this.#builder = new MappedTextBuilder(unmapped(text));
    this.#rtl = hasRtlLetters(text);
  }

  run(): InvisibleReport {
    const { text } = this;
    for (let at = 0; at < text.length;) {
      const flag = this.#flagAt(at);
      if (flag > 0) {
        this.#keep('\u{e007f}');
        at += flag;
        continue;
      }
      at = this.#look(at);
    }
    this.#endRun(text.length);
    if (this.#changed) this.#builder.keep(this.#kept, text.length);
    const findings = [...this.#found].map(([rule, { start, end, count }]) => ({ rule, start, end, count }));
    return { findings, payloads: this.#payloads, cleaned: this.#changed ? this.#builder.build() : unmapped(text) };
  }

  /** Judges the code point at an offset, and tells where the next one is. */
  #look(at: number): number {
    const point = this.text.codePointAt(at) ?? 0;
    const char = String.fromCodePoint(point);
    const next = at + char.length;
    this.#follow(point, at);
    const rule = ruleOf(point, char, this.#surroundings(at, next));
    if (rule !== null) this.#note(rule, at, next);
    if (rule === null || !INVISIBLE_RULES[rule].strips) this.#keep(char);
    else this.#drop(at, next, rule === 'lone_surrogate' ? '\ufffd' : '');
    return next;
  }

  #surroundings(at: number, next: number): Surroundings {
    return {
      previous: this.#previous,
      beforePrevious: this.#beforePrevious,
      next: next < this.text.length ? String.fromCodePoint(this.text.codePointAt(next) ?? 0) : '',
      isFirst: at === 0,
      hasRtlLetters: this.#rtl,
    };
  }

  /** How long a whole subdivision flag's tags are that begin here; 0 where none do. */
  #flagAt(at: number): number {
    // Right behind the flag, in the text as it came: or the end of a longer run would pass for the whole.
    if (this.text.charCodeAt(at) !== 0xdb40 || !this.text.startsWith('\u{1f3f4}', at - 2)) return 0;
    return FLAG_TAGS.exec(this.text.slice(at, at + 14))?.[0].length ?? 0;
  }

  #note(rule: InvisibleRule, start: number, end: number): void {
    // A byte order mark is no one's payload.
    if (rule === 'byte_order_mark') return;
    const found = this.#found.get(rule);
    if (found === undefined) this.#found.set(rule, { start, end, count: 1 });
    else {
      found.end = end;
      found.count += 1;
    }
  }

  #keep(char: string): void {
    this.#beforePrevious = this.#previous;
    this.#previous = char;
  }

  #drop(start: number, end: number, instead: string): void {
    this.#builder.keep(this.#kept, start);
    if (instead !== '') this.#builder.put(instead, start);
    if (instead !== '') this.#keep(instead);
    this.#kept = end;
    this.#changed = true;
  }

  #follow(point: number, at: number): void {
    const tags = isTag(point);
    if (!tags && !isVariationSelector(point) && !isIdeographicSelector(point)) {
      this.#endRun(at);
      return;
    }
    if (this.#run !== null && this.#run.tags !== tags) this.#endRun(at);
    this.#run ??= { start: at, tags, points: [] };
    this.#run.points.push(point);
  }

  #endRun(end: number): void {
    if (this.#run === null) return;
    const { start, tags, points } = this.#run;
    this.#run = null;
    const text = tags ? decodeTags(points) : decodeSelectors(points);
    if (text !== null) this.#payloads.push({ text, start, end });
  }
}
