import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidOptionsError } from '../../errors/errors.js';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { PriceFile } from './price-file.js';
import type { PriceList, PriceRow } from './price-row.js';
import { Prices } from './prices.js';
import { tokens, used } from './spec-support/usage.js';

const NOW_MS = Date.UTC(2026, 10, 23);

function listOf(input: number, version = `acme-${input}`): PriceList {
  const usdPerMillionTokens = { input, cacheWrite5m: 2, cacheWrite1h: 3, cacheRead: 0.1, output: 5 };
  const row: PriceRow = { models: ['acme'], effectiveFrom: '2026-01-01', usdPerMillionTokens };
  return { version, asOf: '2026-01-01', rows: [row] };
}

describe('a price file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'prices-'));
  const path = join(folder, 'prices.json');
  let stampMs = NOW_MS;
  const opened: { close(): void }[] = [];

  /** A change that cannot be overlooked, however coarse the file system's clock is. */
  function write(content: unknown): void {
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    stampMs += 1_000;
    utimesSync(path, stampMs / 1_000, stampMs / 1_000);
  }

  function open(clock = new ManualClock()) {
    const lists: string[] = [];
    const errors: InvalidOptionsError[] = [];
    const file = new PriceFile(path, clock, {
      onChange: ({ version }) => void lists.push(version),
      onError: (error) => void errors.push(error),
    });
    opened.push(file);
    return { file, lists, errors, clock };
  }

  beforeEach(() => write(listOf(1)));
  afterEach(() => opened.splice(0).forEach((file) => file.close()));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is in force from the start, and tells nobody', () => {
    const { file, lists } = open();
    expect(file.list).toEqual(listOf(1));
    expect(lists).toEqual([]);
  });

  it.each([
    ['is missing', () => rmSync(path), 'cannot be used: ENOENT. Correct the file or its path'],
    ['is not JSON', () => write('{'), 'cannot be used: it is not JSON. Correct the file'],
    ['is no list of prices', () => write([]), '`options` must be an object, not an array'],
    [
      'has a price below 0',
      () => write(listOf(-1)),
      '`rows[0].usdPerMillionTokens.input` must be a price in US dollars',
    ],
    [
      'prices a model twice',
      () => write({ ...listOf(1), rows: [...listOf(1).rows, ...listOf(2).rows] }),
      '`rows[1]` and `rows[0]` both price acme from 2026-01-01: keep one of them.',
    ],
  ])('that %s is an error at start', (_what, spoil, message) => {
    spoil();
    expect(() => open()).toThrow(InvalidOptionsError);
    expect(() => open()).toThrow(message);
    expect(() => open()).toThrow(path);
  });

  it('is read again when it has changed, and only then', async () => {
    const { file, lists } = open();
    await file.refresh();
    write(listOf(2));
    await file.refresh();
    await file.refresh();
    expect(file.list.version).toBe('acme-2');
    expect(lists).toEqual(['acme-2']);
  });

  it('that turns bad leaves the last good list in force, and is told of once', async () => {
    const { file, lists, errors } = open();
    write('{ "version": ');
    await file.refresh();
    await file.refresh();
    expect([file.list.version, errors.length]).toEqual(['acme-1', 1]);
    expect(errors[0]).toBeInstanceOf(InvalidOptionsError);
    expect(errors[0]?.message).toContain('it is not JSON');
    write({ version: 5 });
    await file.refresh();
    expect(errors[1]?.message).toContain('`version` must be a non-empty string, not a number');
    write(listOf(3));
    await file.refresh();
    expect([file.list.version, lists, errors.length]).toEqual(['acme-3', ['acme-3'], 2]);
  });

  it('that is moved away is told of once, and is back as soon as it is', async () => {
    const { file, errors } = open();
    renameSync(path, `${path}.old`);
    await file.refresh();
    await file.refresh();
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('cannot be used: ENOENT')]);
    renameSync(`${path}.old`, path);
    await file.refresh();
    expect([file.list.version, errors.length]).toEqual(['acme-1', 1]);
  });

  it('is looked at every minute until it is closed', async () => {
    const { file, lists, clock } = open();
    write(listOf(2));
    clock.advance(59_999);
    await settled(() => lists.length > 0, 30);
    expect(lists).toEqual([]);
    clock.advance(1);
    await settled(() => clock.pendingTimers === 1);
    expect(lists).toEqual(['acme-2']);
    file.close();
    file.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('that is closed while it is being read stays as it was, and is not looked at again', async () => {
    const { file, lists, errors, clock } = open();
    write(listOf(2));
    const reading = file.refresh();
    file.close();
    await reading;
    write('{');
    await file.refresh();
    expect([file.list.version, lists, errors, clock.pendingTimers]).toEqual(['acme-1', [], [], 0]);
  });

  it('is looked at again even if whoever listens throws', async () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    const told = (what: string): never => {
      seen.push(what);
      throw new Error('not now');
    };
    const listener = { onChange: ({ version }: PriceList) => told(version), onError: () => told('bad') };
    const file = new PriceFile(path, clock, listener);
    opened.push(file);
    for (const content of [listOf(2), null, '{', listOf(3)]) {
      if (content !== null) write(content);
      clock.advance(60_000);
      await settled(() => clock.pendingTimers === 1);
    }
    expect([seen, file.list.version]).toEqual([['acme-2', 'bad', 'acme-3'], 'acme-3']);
  });

  it('prices what is used from the moment it is read', async () => {
    const clock = new ManualClock();
    const prices = new Prices({ file: path, filePollMs: 5_000 }, clock);
    opened.push(prices);
    const { costOf } = prices;
    const before = costOf('acme', used(tokens(10)), NOW_MS);
    write(listOf(2));
    clock.advance(5_000);
    await settled(() => clock.pendingTimers === 1);
    const after = costOf('acme', used(tokens(10)), NOW_MS);
    expect([before.nanoUsd, after.nanoUsd]).toEqual([10_000, 20_000]);
    expect(before.priceVersion).toMatch(/^2026-11-23\+acme-1\./);
    expect(after.priceVersion).toMatch(/^2026-11-23\+acme-2\./);
    prices.close();
    prices.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

/** Until the disk has answered. */
async function settled(isSo: () => boolean, tries = 2_000): Promise<void> {
  for (let n = 0; n < tries && !isSo(); n += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}
