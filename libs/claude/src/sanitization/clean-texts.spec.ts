import { CleanTexts } from './clean-texts.js';
import { ATTACK, sanitizerOf } from './spec-support/sanitizer-of.js';

const PROSE = 'The tide comes in twice a day, and nobody has to ask it to. '.repeat(20);

function digestOf(text: string): string {
  const digest = CleanTexts.digestOf(text);
  if (digest === null) throw new Error('It must be worth remembering.');
  return digest;
}

describe('CleanTexts', () => {
  it('remember long texts, and those that were asked for lately longest', () => {
    const texts = new CleanTexts(2);
    const [first, second, third, fourth] = ['1', '2', '3', '4'].map((digit) => digestOf(PROSE + digit)) as [
      string,
      string,
      string,
      string,
    ];
    for (const digest of [first, second, third]) texts.add(digest);
    expect(texts.has(first)).toBe(true);
    texts.add(fourth);
    expect([texts.has(second), texts.has(first), texts.has(fourth)]).toEqual([false, true, true]);
  });

  it('take no short text, and none with half a character, of which all would be the same', () => {
    expect(CleanTexts.digestOf('Hello')).toBeNull();
    expect(CleanTexts.digestOf(`${PROSE}\ud800`)).toBeNull();
    expect(digestOf(`${PROSE}\ufffd`)).not.toBe(digestOf(`${PROSE}?`));
  });
});

describe('A text that is looked at again', () => {
  const look = (content: string, role = 'user') => ({ messages: [{ role, content }] });

  it.each([
    ['is clean', PROSE],
    ['is suspicious', `${PROSE} ${ATTACK}`],
    ['holds what nobody sees', `${PROSE}\u200b`],
    ['holds half a character', `${PROSE}\ud83d`],
  ])('comes to the same if it %s', (_, text) => {
    const { sanitizer } = sanitizerOf({});
    const [first, second, third] = [1, 2, 3].map(() => {
      const { value, findings, changed } = sanitizer.inspect(look(text), { as: 'request' });
      return { value, findings, changed };
    });
    expect(second).toEqual(first);
    expect(third).toEqual(first);
  });

  it('is looked at by the policy of each source', () => {
    const { sanitizer } = sanitizerOf({ sources: { assistant: { patterns: 'flag' }, user: { patterns: 'off' } } });
    const text = `${PROSE} ${ATTACK}`;
    expect(sanitizer.inspect(look(text), { as: 'request' }).findings).toEqual([]);
    expect(sanitizer.inspect(look(text, 'assistant'), { as: 'request' }).findings).not.toEqual([]);
  });
});
