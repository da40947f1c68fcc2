import fc from 'fast-check';
import { keepNumbers } from './exact-numbers.js';

/** What a text becomes that is read and written again. */
function again(json: string): string {
  const kept = keepNumbers(json);
  const text = JSON.stringify(JSON.parse(kept?.json ?? json));
  return kept?.restore(text) ?? text;
}

const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), minLength: 1, maxLength });

/** Numbers as JSON may have them, however long. */
const literal = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits(30).map((text) => text.replace(/^0+(?=\d)/, '')),
    fc.option(digits(25)),
    fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), digits(4))),
  )
  .map(([sign, whole, fraction, exponent]) => {
    const scale = exponent === null ? '' : exponent.join('');
    return `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${scale}`;
  });

/** The exact value, as a fraction of whole numbers would have it: digits without zeros around them, and a power of ten. */
function exactly(number: string): string {
  const [, sign = '', whole = '', fraction = '', scale = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(number) ?? [];
  const all = BigInt(whole + fraction);
  if (all === 0n) return '0';
  const zeros = /0*$/.exec(String(all))?.[0].length ?? 0;
  return `${sign}${String(all).slice(0, String(all).length - zeros)}e${Number(scale) - fraction.length + zeros}`;
}

describe('A body that is read and written again', () => {
  it.each([
    '12345678901234567890',
    '9007199254740993',
    '-9007199254740993',
    '0.1000000000000000055511151231257827',
    '3.14159265358979323846',
    '1e400',
    '1E-400',
    '18446744073709551616',
  ])('keeps %s digit by digit', (number) => {
    const json = `{"a":[${number},{"b":${number}}],"c":1.5}`;
    expect(again(json)).toBe(json);
  });

  it.each(['1', '-1.5', '0.1', '1e5', '1.0', '9007199254740992', '100000000000000000000', '"12345678901234567890"'])(
    'is read as ever where there is no more than %s',
    (value) => {
      expect(keepNumbers(`{"a":${value}}`)).toBeNull();
    },
  );

  it('says the same as before, whatever its numbers', () => {
    fc.assert(
      fc.property(fc.array(literal, { maxLength: 8 }), (numbers) => {
        const written = again(`[${numbers.join(', ')}]`);
        const parts = written === '[]' ? [] : written.slice(1, -1).split(',');
        expect(parts.map(exactly)).toEqual(numbers.map(exactly));
      }),
    );
  });

  it('has its strings as they were, whatever is in them', () => {
    const texts = fc.oneof(fc.string({ unit: fc.constantFrom('"', '\\', '1', ',', ':', ' ', 'e', '.') }), fc.string());
    fc.assert(
      fc.property(fc.array(texts), (strings) => {
        const json = JSON.stringify([...strings, '12345678901234567890', { '12345678901234567890e400': '1' }]);
        expect(again(json)).toBe(json);
        const withNumber = `${json.slice(0, -1)},12345678901234567890]`;
        expect(again(withNumber)).toBe(withNumber);
      }),
    );
  });

  it('takes no longer by the character where it is long', () => {
    const hostile = [
      '\\"'.repeat(200_000),
      '1'.repeat(400_000),
      `1${'0'.repeat(400_000)}1`,
      '[1e400,'.repeat(50_000),
      '1.'.repeat(200_000),
    ];
    for (const text of hostile) {
      const began = performance.now();
      keepNumbers(`{"a":"${text}","b":12345678901234567890}`);
      keepNumbers(text);
      expect(performance.now() - began).toBeLessThan(5_000);
    }
  });
});
