import fc from 'fast-check';
import { Roster } from './roster.js';

describe('Roster', () => {
  it('holds those who came and have not gone, like a set', () => {
    // Below 0 for one more who comes, else which of those who are there goes.
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20, max: 15 }), { maxLength: 200 }), (steps) => {
        const roster = new Roster<{ place: number }>();
        const naive = new Set<{ place: number }>();
        for (const step of steps) {
          const gone = [...naive][step];
          if (gone === undefined) {
            const member = { place: -1 };
            roster.add(member);
            naive.add(member);
          } else {
            roster.delete(gone);
            roster.delete(gone);
            naive.delete(gone);
          }
          expect(roster.size).toBe(naive.size);
        }
        expect(new Set(roster)).toEqual(naive);
        expect([...roster].every((member) => naive.has(member))).toBe(true);
      }),
    );
  });

  it('meets everybody once, although they leave when they are met', () => {
    const members = [1, 2, 3].map((id) => ({ id, place: -1 }));
    const roster = new Roster<(typeof members)[number]>();
    for (const member of members) roster.add(member);
    const met: number[] = [];
    for (const member of roster) {
      met.push(member.id);
      roster.delete(member);
    }
    expect(met).toEqual([1, 2, 3]);
    expect(roster.size).toBe(0);
  });

  it('does not mistake a place for whoever had it before', () => {
    const [gone, here] = [{ place: -1 }, { place: -1 }];
    const roster = new Roster<{ place: number }>();
    roster.add(gone);
    roster.delete(gone);
    roster.add(here);
    roster.delete(gone);
    expect([...roster]).toEqual([here]);
  });
});
