import { NeedleScan } from './needle-scan.js';
import { REDACTION_PATTERNS } from './patterns/patterns.js';
import type { SecretPattern } from './secret-pattern.js';
import { EXAMPLES } from './spec-support/examples.js';

function patternOf(expression: RegExp, needles?: readonly string[]): SecretPattern {
  return { name: expression.source, kind: 'token', expression, ...(needles === undefined ? {} : { needles }) };
}

function found(patterns: readonly SecretPattern[], text: string): string[] {
  const wanted = new NeedleScan(patterns).find(text);
  return patterns.filter((_, place) => wanted[place] === 1).map(({ name }) => name);
}

describe('One look for the needles of many patterns', () => {
  const patterns = [
    patternOf(/one/g, ['sk-']),
    patternOf(/two/g, ['sk-ant-']),
    patternOf(/three/g, ['ant-x']),
    patternOf(/four/gi, ['pass', '::']),
    patternOf(/five/g),
  ];

  it('finds those that begin alike, overlap or are signs, in any case, and whatever has none', () => {
    expect(found(patterns, 'nothing here')).toEqual(['five']);
    expect(found(patterns, 'an sk-ant-x')).toEqual(['one', 'two', 'three', 'five']);
    expect(found(patterns, 'SK-1')).toEqual(['one', 'five']);
    expect(found(patterns, 'a PASSword')).toEqual(['four', 'five']);
    expect(found(patterns, 'a::b')).toEqual(['four', 'five']);
    expect(found(patterns, 'nothing here')).toEqual(['five']);
  });

  it('finds whatever a pattern finds by itself', () => {
    const texts = Object.values(EXAMPLES).flatMap(({ secret, clean }) => secret.map(([text]) => text).concat(clean));
    const scan = new NeedleScan(REDACTION_PATTERNS);
    for (const text of texts) {
      const wanted = scan.find(text);
      const missed = REDACTION_PATTERNS.filter(({ expression }, place) => {
        expression.lastIndex = 0;
        return wanted[place] !== 1 && expression.test(text);
      });
      expect([text, missed.map(({ name }) => name)]).toEqual([text, []]);
    }
  });
});
