import fc from 'fast-check';
import { Redactor } from './redactor.js';
import { ShortTexts } from './short-texts.js';
import { SECRETS } from './spec-support/arbitrary-secrets.js';

const redactor = new Redactor();
const texts = new ShortTexts(redactor);

it('clears like the redactor, whatever short cut it takes', () => {
  const word = fc.stringMatching(/^[A-Za-z][A-Za-z_-]{0,15}\d{0,6}$/);
  fc.assert(
    fc.property(fc.oneof(word, fc.string({ maxLength: 150 }), ...Object.values(SECRETS)), (text) => {
      expect(texts.clear(text)).toBe(redactor.line(text).length <= 200 ? redactor.line(text) : texts.clear(text));
    }),
    { numRuns: 3_000 },
  );
});

it('tells how much it left out', () => {
  expect(texts.clear('x '.repeat(50_000))).toMatch(/^(?:x ){80}… \[99840 more characters\]$/);
});

it('knows a secret from when the redactor does', () => {
  expect(texts.clear('tulip-garden')).toBe('tulip-garden');
  redactor.known.add('tulip-garden');
  expect(texts.clear('tulip-garden')).toMatch(/^\[redacted:known#/);
});
