import fc from 'fast-check';
import { DueTimes } from './due-times.js';

interface Entry {
  readonly untilMs: number;
  isConcerned: boolean;
}

const STEPS = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add' as const), untilMs: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ kind: fc.constant('leave' as const), index: fc.nat() }),
    fc.record({ kind: fc.constant('take' as const) }),
    fc.record({ kind: fc.constant('sweep' as const) }),
  ),
  { maxLength: 300 },
);

describe('DueTimes', () => {
  it('has whoever falls due first at hand, whoever comes, leaves or is due', () => {
    fc.assert(
      fc.property(STEPS, (steps) => {
        const due = new DueTimes<Entry>(({ isConcerned }) => isConcerned);
        const all: Entry[] = [];
        const concerned = (): Entry[] => all.filter(({ isConcerned }) => isConcerned);
        for (const step of steps) {
          if (step.kind === 'add') {
            const entry = { untilMs: step.untilMs, isConcerned: true };
            all.push(entry);
            due.add(entry);
          } else if (step.kind === 'leave') {
            const entry = concerned()[step.index % Math.max(1, concerned().length)];
            if (entry) entry.isConcerned = false;
          } else if (step.kind === 'take') {
            const first = due.first();
            if (first) first.isConcerned = false;
          } else {
            due.sweep(concerned().length);
          }
          const earliest = Math.min(...concerned().map(({ untilMs }) => untilMs));
          expect(due.lookAtMs).toBeLessThanOrEqual(earliest);
          expect(due.first()?.untilMs ?? Infinity).toBe(earliest);
        }
      }),
    );
  });

  it('keeps no more of those who left than of those who wait, however many come', () => {
    const due = new DueTimes<Entry>(({ isConcerned }) => isConcerned);
    for (let i = 0; i < 10_000; i += 1) {
      const entry = { untilMs: 30_000 + i, isConcerned: true };
      due.add(entry);
      entry.isConcerned = false;
      due.sweep(0);
    }
    expect(due.size).toBeLessThan(100);
  });
});
