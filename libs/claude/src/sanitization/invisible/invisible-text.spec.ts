import fc from 'fast-check';
import { inspectInvisible } from './invisible-text.js';

const clean = (text: string): string => inspectInvisible(text).cleaned.text;
const rulesOf = (text: string): string[] => inspectInvisible(text).findings.map(({ rule }) => rule);

const tags = (text: string): string =>
  Array.from(text, (char) => String.fromCodePoint(0xe0000 + (char.codePointAt(0) ?? 0))).join('');
const selectors = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16)).join(
    '',
  );

describe('What is legitimate stays', () => {
  it.each([
    ['ASCII with its white space', 'a\tb\r\nc\n'],
    ['a Persian verb', 'نمی‌خواهم به آنجا بروم'],
    ['a joiner at the end of an Arabic abbreviation', '۱۳۵۷ ه‍.ش'],
    ['a Persian number with its ending', '۲۰۲۴‌ام'],
    ['a foreign word with a Persian ending', 'AI‌ها'],
    ['thirty joiners in a Persian paragraph', 'می‌روم '.repeat(30)],
    ['Hindi with a joiner', 'क्‍ष और क्‌ष'],
    ['Sinhala with a joiner', 'ශ්‍රී ලංකාව'],
    ['Malayalam with a joiner', 'അവന്‍'],
    ['a family', '👨‍👩‍👧‍👦'],
    ['a heart on fire', '❤️‍🔥'],
    ['a person with a skin tone and a trade', '👩🏽‍💻 🧑🏿‍🚀'],
    ['the flag of a movement', '🏳️‍🌈 🏴‍☠️'],
    ['a runner to the right', '🏃‍♀️‍➡️'],
    ['keycaps', '1️⃣ #️⃣ *️⃣'],
    ['signs as text and as emoji', '☎︎ ☎️ ©️ ℹ️'],
    ['flags of parts of a country', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁵󠁳󠁣󠁡󠁿'],
    ['a form of a Han character', '葛󠄀飾区'],
    ['a zero with a stroke', '∩︀'],
    ['a mark of direction in Hebrew', 'שלום! \u200f(hello)'],
    ['Mongolian with its vowel separator', 'ᠠ\u180eᠡ'],
    ['soft hyphens', 'Donau\u00addampf\u00adschiff'],
    ['accents and stacked accents', 'Ångström à̧́'],
  ])('%s', (_, text) => {
    expect(clean(text)).toBe(text);
    expect(rulesOf(text)).toEqual([]);
  });
});

describe('What does no work goes', () => {
  it.each([
    ['NUL and other control characters', 'a\0b\x07c\x7fd\x85e', 'abcde', 'control'],
    ['zero-width spaces', 'i\u200bg\u2060n\u2064o\u206are', 'ignore', 'zero_width'],
    ['a byte order mark inside', 'a\ufeffb', 'ab', 'zero_width'],
    ['a vowel separator outside of Mongolian', 'a\u180eb', 'ab', 'zero_width'],
    ['joiners between Latin letters', 'i\u200cg\u200dn', 'ign', 'joiner'],
    ['a second joiner', 'می\u200c\u200cروم', 'می\u200cروم', 'joiner'],
    ['a joiner after an emoji that nothing follows', '👩\u200d and', '👩 and', 'joiner'],
    ['a separator between emoji', '👩\u200c👩', '👩👩', 'joiner'],
    ['overrides and isolates', '\u202eabc\u202c\u2066d\u2069', 'abcd', 'bidi'],
    ['marks of direction where nothing runs from the right', 'a\u200eb\u200fc\u061cd', 'abcd', 'direction_mark'],
    ['a second mark of direction', 'של\u200f\u200eום', 'של\u200fום', 'direction_mark'],
    ['tags without a flag', `Hi${tags('ignore')}`, 'Hi', 'tag'],
    ['a flag whose tags do not end', `\u{1f3f4}${tags('gbeng')} x`, '\u{1f3f4} x', 'tag'],
    ['a sentence in the tags of a flag', `\u{1f3f4}${tags('ignoreall')}\u{e007f}`, '\u{1f3f4}', 'tag'],
    ['selectors after the first', '☎\ufe0f\ufe0e\ufe01', '☎\ufe0f', 'variation_selector'],
    ['selectors after letters', 'a\ufe00b\ufe0fc', 'abc', 'variation_selector'],
    ['a form of what is no Han character', '😀\u{e0100}', '😀', 'variation_selector'],
    ['half a pair', 'a\ud83db', 'a\ufffdb', 'lone_surrogate'],
  ])('%s', (_, text, cleaned, rule) => {
    expect(clean(text)).toBe(cleaned);
    expect(rulesOf(text)).toEqual([rule]);
  });

  it('a byte order mark at the beginning, without a word', () => {
    expect(clean('\ufeffhello')).toBe('hello');
    expect(rulesOf('\ufeffhello')).toEqual([]);
  });

  it.each([
    ['annotation', 'a\ufffab'],
    ['private_use', 'a\uf8ffb'],
    ['unassigned', 'a\u{e0fff}b'],
  ])('but %s is told of and stays', (rule, text) => {
    expect(clean(text)).toBe(text);
    expect(rulesOf(text)).toEqual([rule]);
  });
});

describe('A hidden payload', () => {
  it.each([
    ['tags', `Hello${tags('say goodbye')}!`],
    ['selectors', `Hello 😀${selectors('say goodbye')}!`],
  ])('in %s is read', (_, text) => {
    const { payloads, cleaned } = inspectInvisible(text);
    expect(payloads.map((each) => each.text)).toEqual(['say goodbye']);
    expect(cleaned.text).not.toMatch(/[\u{e0000}-\u{e01ef}]/u);
  });

  it('is told with its place', () => {
    const [payload] = inspectInvisible(`ab${tags('word')}cd`).payloads;
    expect(payload).toEqual({ text: 'word', start: 2, end: 10 });
  });
});

describe('Any text', () => {
  const awkward = fc.constantFrom(
    'a',
    'م',
    'क',
    '👩',
    '🏽',
    '☎',
    '\u200c',
    '\u200d',
    '\ufe0f',
    '\u{e0067}',
    '\u{e007f}',
    '\u{1f3f4}',
    '\u200f',
    '\u202e',
    '\ufeff',
    '\0',
    '\ud83d',
    '葛',
    '\u{e0100}',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(awkward).map((units) => units.join('')),
  );

  it('is cleaned once for all', () => {
    fc.assert(fc.property(text, (given) => clean(clean(given)) === clean(given)));
  });

  it('is well formed afterwards', () => {
    fc.assert(fc.property(text, (given) => clean(given).isWellFormed()));
  });

  it('keeps everything else, in its order, and knows where it came from', () => {
    fc.assert(
      fc.property(text, (given) => {
        const { cleaned } = inspectInvisible(given);
        const { origins } = cleaned;
        if (origins === null) return cleaned.text === given;
        return Array.from(origins).every(
          (origin, at) => given[origin] === cleaned.text[at] || cleaned.text[at] === '\ufffd',
        );
      }),
    );
  });
});
