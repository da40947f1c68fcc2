import * as fc from 'fast-check';
import type { CalendarUnit } from './budget.options.js';
import { Calendar } from './calendar-window.js';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'America/Sao_Paulo',
];
const UNITS: readonly CalendarUnit[] = ['hour', 'day', 'week', 'month'];

describe('Calendar', () => {
  it('tiles time: each stretch holds the moment it was asked for, and begins where the one before ends', () => {
    const moments = fc.integer({ min: Date.UTC(2011, 0), max: Date.UTC(2030, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.constantFrom(...UNITS), moments, (zone, unit, atMs) => {
        const { startsAtMs, endsAtMs, id } = new Calendar(unit, zone).at(atMs);
        expect(startsAtMs).toBeLessThanOrEqual(atMs);
        expect(endsAtMs).toBeGreaterThan(atMs);
        const before = new Calendar(unit, zone).at(startsAtMs - 1);
        expect(before.endsAtMs).toBe(startsAtMs);
        expect(before.id).not.toBe(id);
        expect(new Calendar(unit, zone).at(endsAtMs - 1)).toEqual({ startsAtMs, endsAtMs, id });
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['day', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29', 23],
    ['day', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-25', 25],
    ['day', 'UTC', '2026-11-24T00:00:00Z', '2026-11-24', 24],
    ['week', 'UTC', '2026-11-24T00:00:00Z', '2026-W48', 168],
    ['week', 'UTC', '2027-01-01T00:00:00Z', '2026-W53', 168],
    ['month', 'UTC', '2028-02-29T23:59:59Z', '2028-02', 696],
    ['hour', 'Asia/Kathmandu', '2026-11-24T00:20:00Z', '2026-11-24T06+05:45', 1],
    ['day', 'Pacific/Apia', '2011-12-30T09:00:00Z', '2011-12-29', 24],
    ['day', 'Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31', 24],
  ] as const)('names a %s in %s at %s %s, of %d hours', (unit, zone, at, id, hours) => {
    const window = new Calendar(unit, zone).at(Date.parse(at));
    expect(window.id).toBe(id);
    expect((window.endsAtMs - window.startsAtMs) / 3_600_000).toBe(hours);
  });

  it('tells the two hours apart that a clock put back shows', () => {
    const calendar = new Calendar('hour', 'Europe/Berlin');
    const ids = ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z'].map((at) => calendar.at(Date.parse(at)).id);
    expect(ids).toEqual(['2026-10-25T02+02:00', '2026-10-25T02+01:00']);
  });
});
