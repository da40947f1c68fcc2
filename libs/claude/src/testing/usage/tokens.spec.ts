import fc from 'fast-check';
import { countTokens, firstTokens, piecesOf } from './tokens.js';

const LONE_SURROGATE = /\p{Surrogate}/u;

describe('the tokenizer', () => {
  it('counts four code units a token, rounded up', () => {
    expect(['', 'a', 'abcd', 'abcde'].map(countTokens)).toEqual([0, 1, 1, 2]);
  });

  it('cuts a text into pieces that make the text and its tokens again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, size) => {
        const pieces = piecesOf(text, size);
        expect(pieces.map((piece) => piece.text).join('')).toBe(text);
        expect(pieces.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(countTokens(text));
      }),
    );
  });

  it('never cuts a character in two', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 9 }), (text, size) => {
        for (const piece of piecesOf(text, size)) expect(piece.text).not.toMatch(LONE_SURROGATE);
        expect(firstTokens(text, size)).not.toMatch(LONE_SURROGATE);
      }),
    );
  });

  it('takes the first tokens of a text', () => {
    expect(firstTokens('abcdefgh', 1)).toBe('abcd');
    expect(firstTokens('abc', 1)).toBe('abc');
    expect(firstTokens('abc😀', 1)).toBe('abc');
  });
});
