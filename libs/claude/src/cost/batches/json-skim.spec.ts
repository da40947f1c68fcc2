import * as fc from 'fast-check';
import { memberAt, valueAt } from './json-skim.js';

describe('memberAt', () => {
  it('finds what JSON.parse finds, however an object is written', () => {
    const objects = fc.dictionary(fc.stringMatching(/^[a-z_]{1,4}$/), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(objects, fc.constantFrom(0, 1, '\t'), (object, space) => {
        const text = JSON.stringify(object, null, space);
        for (const [name, value] of Object.entries(JSON.parse(text) as object)) {
          expect(valueAt(text, memberAt(text, 0, name))).toEqual(value);
        }
        expect(memberAt(text, 0, 'absent')).toBe(-1);
      }),
    );
  });

  it('is not misled by what stands inside of values before it', () => {
    const object = {
      content: [{ text: '"usage":{', input: { usage: 1 } }, '\\', '\\\\"'],
      usage: { output_tokens: 7 },
    };
    const text = JSON.stringify(object);
    expect(valueAt(text, memberAt(text, 0, 'usage'))).toEqual({ output_tokens: 7 });
    expect(valueAt(text, memberAt(text, memberAt(text, 0, 'usage'), 'output_tokens'))).toBe(7);
  });

  it.each(['', '[]', 'null', '{', '{"a', '{"a"', '{"a"1', '{"a":"b', '{"a":[{"b"', '{a:1}'])(
    'finds nothing in what is no whole object: %s',
    (text) => {
      expect(memberAt(text, 0, 'b')).toBe(-1);
    },
  );

  it('cannot make a value of what breaks off', () => {
    expect(() => valueAt('{"a":[1,', memberAt('{"a":[1,', 0, 'a'))).toThrow(SyntaxError);
    expect(() => valueAt('{}', memberAt('{}', 0, 'a'))).toThrow(SyntaxError);
  });
});
