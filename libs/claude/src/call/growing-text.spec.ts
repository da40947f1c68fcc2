import fc from 'fast-check';
import { GrowingText } from './growing-text.js';

describe('GrowingText', () => {
  it('is all its pieces, at any time', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 100 }), (pieces) => {
        const text = new GrowingText();
        pieces.forEach((piece, at) => {
          text.push(piece);
          expect(String(text)).toBe(pieces.slice(0, at + 1).join(''));
        });
        expect(String(text)).toBe(pieces.join(''));
      }),
    );
  });
});
