import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.mjs';

const DEBIAN = '/usr/lib/postgresql';
const START_MS = 60_000;

/** A private PostgreSQL with the settings it comes with. @returns Its `url`, and `close()`. */
export async function startPostgres() {
  const binaries = readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin'))[0];
  if (binaries === undefined || !existsSync(binaries)) throw new Error('Install the package `postgresql`.');
  // PostgreSQL refuses to run as root.
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'] : ['env'];
  const directory = await mkdtemp(join(tmpdir(), 'bench-postgres-'));
  if (isRoot) execFileSync('chown', ['postgres:', directory]);
  chmodSync(directory, 0o700);
  const data = join(directory, 'data');
  const run = (name, args) => [...as.slice(1), join(binaries, name), ...args];
  const options = { cwd: directory, stdio: 'ignore' };
  execFileSync(as[0], run('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8']), options);
  const port = await freePort();
  const server = spawn(
    as[0],
    run('postgres', ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', directory]),
    options,
  );
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const close = async () => {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  await answers(url);
  return { url, close };
}

async function answers(url) {
  const deadline = performance.now() + START_MS;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
