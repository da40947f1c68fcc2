import { fork, type ChildProcess } from 'node:child_process';
import { appendFile, readdir } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import type { WriterStats } from 'nestjs-claude/postgres';
import { eventually } from '../support/claude-harness.js';
import { describeWithPostgres } from '../support/postgres-server.js';
import { postgresHarness } from './harness.js';
import type { LedgerTask } from './ledger-process.js';

const RUNNER = join(__dirname, '../support/typescript.cjs');
const PROGRAM = join(__dirname, 'ledger-process.ts');

const running: ChildProcess[] = [];

function start(task: LedgerTask): { readonly child: ChildProcess; readonly stats: () => WriterStats | null } {
  const child = fork(RUNNER, [PROGRAM]);
  running.push(child);
  const told: { last: WriterStats | null } = { last: null };
  child.on('message', (stats) => (told.last = stats as WriterStats));
  child.send(task);
  return { child, stats: () => told.last };
}

describeWithPostgres('Several processes with one ledger in PostgreSQL', () => {
  const postgres = postgresHarness();

  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    await postgres.server.restartIfStopped();
  });

  it('count each entry once, also where all of them record it', async () => {
    const schema = await postgres.newSchema();
    const task = { url: postgres.server.url, schema, directory: await postgres.newDirectory(), lots: 20, perLot: 50 };
    const children = [
      start({ ...task, name: 'a', shared: true }),
      start({ ...task, name: 'b', shared: true }),
      start({ ...task, name: 'c', shared: false }),
    ].map(({ child }) => once(child, 'exit'));
    expect(await Promise.all(children)).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ]);
    const ledger = await postgres.open({ schema });
    const { requests, totalCostNanoUsd, byUser } = await ledger.summarize({
      fromMs: Date.now() - 3_600_000,
      toMs: Date.now() + 1,
    });
    expect([requests, totalCostNanoUsd, byUser.length]).toEqual([2_000, 6_000, 9]);
  }, 90_000);

  it('bring what one of them left that was killed, its torn last line not', async () => {
    const schema = await postgres.newSchema();
    const directory = await postgres.newDirectory();
    await postgres.server.stop();
    const { url } = postgres.server;
    const task = { url, schema, directory, name: 'killed', lots: 1_000_000, perLot: 20, shared: false };
    const { child, stats } = start(task);
    await eventually(() => (stats()?.journalled ?? 0) >= 200, 'entries are in the journal', 60_000);
    const journalled = stats()?.journalled ?? 0;
    child.kill('SIGKILL');
    await once(child, 'exit');
    const [file = ''] = (await readdir(directory)).toSorted().toReversed();
    await appendFile(join(directory, file), '{"id":"torn","atMs":17');
    await postgres.server.restart();

    const heir = await postgres.open({ schema, journal: { directory } });
    await eventually(() => heir.stats.journalBytes === 0, 'the journal is empty', 30_000);
    expect(heir.stats.torn).toBeGreaterThanOrEqual(1);
    expect(heir.stats.written).toBeGreaterThanOrEqual(journalled);
    const { requests } = await heir.summarize({ fromMs: Date.now() - 3_600_000, toMs: Date.now() + 1 });
    expect(requests).toBe(heir.stats.written);
    expect(await readdir(directory)).toEqual([]);
  }, 120_000);
});
