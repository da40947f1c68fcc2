import fc from 'fast-check';
import { TurnHeap, type Turn } from './turn-heap.js';

type Change = { readonly kind: 'add' | 'putOff' | 'delete'; readonly which: number; readonly by: number };

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('add', 'add', 'putOff', 'delete'),
  which: fc.nat(100),
  by: fc.nat(20),
});

describe('a heap of turns', () => {
  it('has the earliest turn first, whichever leave or are put off', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 100, size: 'max' }), (changes) => {
        const heap = new TurnHeap<Turn>();
        let turns: Turn[] = [];
        const inOrder = (): Turn[] => turns.toSorted((a, b) => a.startsAt - b.startsAt || a.ticket - b.ticket);
        changes.forEach(({ kind, which, by }, ticket) => {
          const chosen = turns[which % Math.max(1, turns.length)];
          if (kind === 'add') {
            const turn = { startsAt: by, ticket, place: -1 };
            turns.push(turn);
            heap.add(turn);
          } else if (chosen !== undefined && kind === 'putOff') {
            heap.putOff(chosen, chosen.startsAt + by, ticket);
          } else if (chosen !== undefined) {
            turns = turns.filter((turn) => turn !== chosen);
            heap.delete(chosen);
          }
          expect(heap.first).toBe(inOrder()[0]);
        });
        for (const turn of inOrder()) {
          expect(heap.first).toBe(turn);
          heap.delete(turn);
        }
        expect(heap.first).toBeUndefined();
      }),
    );
  });
});
