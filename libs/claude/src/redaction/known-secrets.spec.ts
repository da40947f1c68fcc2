import { inspect } from 'node:util';
import { ManualClock } from '../testing/clock/manual-clock.js';
import { KnownSecrets } from './known-secrets.js';
import { Redactor } from './redactor.js';

const HOUR_MS = 3_600_000;
const KEY = 'a-key-like-no-other';

function setUp(): { known: KnownSecrets; clock: ManualClock; isKnown: (secret: string) => boolean } {
  const clock = new ManualClock();
  const known = new KnownSecrets(clock);
  const redactor = new Redactor({ known, patterns: [] });
  return { known, clock, isKnown: (secret) => !redactor.text(secret).includes(secret) };
}

it('knows a secret until it is retired, and for 24 hours more', () => {
  const { known, clock, isKnown } = setUp();
  known.add(KEY);
  clock.advance(1_000 * HOUR_MS);
  expect(isKnown(KEY)).toBe(true);
  known.retire(KEY);
  clock.advance(24 * HOUR_MS - 1);
  expect(isKnown(KEY)).toBe(true);
  clock.advance(1);
  expect(isKnown(KEY)).toBe(false);
  expect(known.size).toBe(0);
});

it('knows a secret that is noted for 24 hours after it was noted last', () => {
  const { known, clock, isKnown } = setUp();
  known.note(KEY);
  clock.advance(23 * HOUR_MS);
  known.note(KEY);
  clock.advance(23 * HOUR_MS);
  expect(isKnown(KEY)).toBe(true);
  clock.advance(HOUR_MS);
  expect(isKnown(KEY)).toBe(false);
});

it('does not forget a secret that is in use because it is noted as well, or that was never its own', () => {
  const { known, clock, isKnown } = setUp();
  known.add(KEY);
  known.note(KEY);
  known.retire('another-that-was-never-added');
  clock.advance(48 * HOUR_MS);
  expect(isKnown(KEY)).toBe(true);
  expect(known.size).toBe(1);
});

it('takes no value that stands in any text by chance', () => {
  const { known, isKnown } = setUp();
  known.add('');
  known.add('error');
  expect(isKnown('error')).toBe(false);
});

it('keeps a bounded number of those that are only noted, and all that are in use', () => {
  const { known, isKnown } = setUp();
  known.add(KEY);
  for (let count = 0; count < 1_100; count += 1) known.note(`drawn-anew-${count}`);
  expect(known.size).toBe(1_000);
  expect(isKnown(KEY)).toBe(true);
  expect(isKnown('drawn-anew-1')).toBe(false);
  expect(isKnown('drawn-anew-1099')).toBe(true);
});

it('shows nothing of what it knows', () => {
  const { known } = setUp();
  known.add(KEY);
  expect(inspect(known, { depth: 10, showHidden: true }) + JSON.stringify(known)).not.toContain(KEY);
});
