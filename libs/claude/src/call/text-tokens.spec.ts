import fc from 'fast-check';
import { textTokens } from './text-tokens.js';

const PROSE = 'It was the best of times, it was the worst of times, it was the age of wisdom. ';
const CODE = 'for (let i = 0; i < n; i += 1) { sum[i] = a[i] * (b[i] - 17); }\n';
const CJK = '吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。';

const perCharacter = (text: string, charactersPerToken = 4): number =>
  textTokens(text, charactersPerToken) / text.length;

describe('textTokens', () => {
  it('counts nothing for nothing', () => {
    expect(textTokens('', 4)).toBe(0);
  });

  it('takes about four characters of prose for a token, or three where the tokenizer does', () => {
    expect(1 / perCharacter(PROSE.repeat(200), 4)).toBeGreaterThan(3.4);
    expect(1 / perCharacter(PROSE.repeat(200), 4)).toBeLessThan(4);
    expect(1 / perCharacter(PROSE.repeat(200), 3)).toBeGreaterThan(2.6);
    expect(1 / perCharacter(PROSE.repeat(200), 3)).toBeLessThan(3);
  });

  it('takes code for denser than prose, and CJK for a token a character', () => {
    expect(perCharacter(CODE.repeat(200))).toBeGreaterThan(1.2 * perCharacter(PROSE.repeat(200)));
    expect(perCharacter(CJK.repeat(200))).toBeCloseTo(1, 5);
    expect(perCharacter('猫')).toBe(1);
  });

  it('sees what a text is made of wherever it stands', () => {
    const mixed = [
      PROSE.repeat(300) + CJK.repeat(700),
      CJK.repeat(700) + PROSE.repeat(300),
      (PROSE + CJK + CJK).repeat(300),
    ];
    for (const text of mixed) {
      const dense = text.replace(/[\0-\x7f]/g, '').length / text.length;
      expect(perCharacter(text)).toBeGreaterThan(dense + (1 - dense) / 4);
      expect(perCharacter(text)).toBeLessThan(dense + (1 - dense) / 4 + 0.1);
    }
  });

  it('is between a token a character and that of letters alone, for any text', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 200, maxLength: 4_000 }));
    fc.assert(
      fc.property(text, fc.constantFrom(3, 4), (any, charactersPerToken) => {
        const tokens = textTokens(any, charactersPerToken);
        expect(tokens).toBeGreaterThanOrEqual((any.length / charactersPerToken) * (1 - 1e-9));
        expect(tokens).toBeLessThanOrEqual(any.length * (1 + 1e-9));
      }),
    );
  });

  it('does not fall as a text of one kind grows', () => {
    let before = 0;
    for (let length = 0; length < 3_000; length += 1) {
      const tokens = textTokens('x'.repeat(length), 4);
      expect(tokens).toBeGreaterThanOrEqual(before * 0.98);
      before = tokens;
    }
  });
});
