import { inTurn, type LineTurn } from './line-turn.js';

const line = (name: string, turn: LineTurn | null): { name: string; turn: LineTurn | null } => ({ name, turn });

it('lines have their turn by the rank of their first, then by its arrival; empty ones have none', () => {
  const lines = [
    line('background', { rank: 2, arrival: 1 }),
    line('later', { rank: 1, arrival: 9 }),
    line('empty', null),
    line('earlier', { rank: 1, arrival: 3 }),
    line('interactive', { rank: 0, arrival: 12 }),
  ];
  expect(inTurn(lines).map(({ name }) => name)).toEqual(['interactive', 'earlier', 'later', 'background']);
});
