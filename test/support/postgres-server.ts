import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from './free-port.js';

const DEBIAN = '/usr/lib/postgresql';
const USER = 'postgres';
export const PASSWORD = 'of-the-tests';

/** Nothing of it outlives the test. */
const SETTINGS = ['fsync=off', 'max_connections=60'];
const INIT = ['--no-sync', '--encoding=UTF8', '--locale=C', '--auth-local=trust', '--auth-host=scram-sha-256'];

const START_MS = 60_000;
const STOP_MS = 20_000;

/** Where `initdb` and `postgres` are; `null` where PostgreSQL is not installed. */
function findBinaries(): string | null {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const places = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return places.find((place) => existsSync(join(place, 'initdb')) && existsSync(join(place, 'postgres'))) ?? null;
}

/** PostgreSQL refuses to run as root. With it ends what this process started, even if this process is killed. */
function asUser(): string[] {
  const command = ['setpriv', '--pdeathsig', 'INT'];
  return process.getuid?.() === 0
    ? [...command, '--reuid', USER, '--regid', USER, '--clear-groups']
    : process.platform === 'linux'
      ? command
      : ['env'];
}

/** A PostgreSQL of a test's own: in a directory and on a port of its own, with nothing of it kept. */
export class PostgresServer {
  #process: ChildProcess | null = null;

  private constructor(
    private readonly binaries: string,
    private readonly directory: string,
    readonly port: number,
  ) {}

  /** Whether there is one to start. */
  static get isInstalled(): boolean {
    return findBinaries() !== null;
  }

  static async start(): Promise<PostgresServer> {
    const binaries = findBinaries();
    if (binaries === null) throw new Error('PostgreSQL is missing: install the package `postgresql`.');
    const directory = await mkdtemp(join(tmpdir(), 'postgres-'));
    const server = new PostgresServer(binaries, directory, await freePort());
    try {
      await server.#initialize();
      await server.restart();
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  get url(): string {
    return `postgres://${USER}:${PASSWORD}@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it again, with what it held. */
  async restart(): Promise<void> {
    const data = join(this.directory, 'data');
    const at = ['-D', data, '-p', `${this.port}`, '-h', '127.0.0.1', '-k', this.directory];
    const [command = '', ...args] = [
      ...asUser(),
      join(this.binaries, 'postgres'),
      ...at,
      ...SETTINGS.flatMap((setting) => ['-c', setting]),
    ];
    const child = spawn(command, args, { cwd: this.directory, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    let said = '';
    child.stderr?.on('data', (chunk) => (said = (said + String(chunk)).slice(-4_000)));
    await this.#answers(() => said);
  }

  async restartIfStopped(): Promise<void> {
    if (this.#process === null) await this.restart();
  }

  /** Ends it as a crash would, or as an operator who does not wait for clients. Harmless when it has ended. */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(tooLong);
  }

  /** Stops it for good, and removes what it held. */
  async close(): Promise<void> {
    await this.stop('SIGQUIT');
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Runs statements on a connection of their own. */
  async run<R>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    try {
      return (await client.query(sql, [...values])).rows as R[];
    } finally {
      await client.end();
    }
  }

  async #initialize(): Promise<void> {
    const password = join(this.directory, 'password');
    await writeFile(password, PASSWORD);
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', `${USER}:`, this.directory]);
    chmodSync(this.directory, 0o700);
    const at = ['-D', join(this.directory, 'data'), '-U', USER, `--pwfile=${password}`];
    const [command = '', ...args] = [...asUser(), join(this.binaries, 'initdb'), ...at, ...INIT];
    execFileSync(command, args, { cwd: this.directory, stdio: 'pipe' });
  }

  async #answers(said: () => string): Promise<void> {
    const deadline = performance.now() + START_MS;
    for (;;) {
      try {
        await this.run('SELECT 1');
        return;
      } catch (error) {
        const hasEnded = this.#process === null || this.#process.exitCode !== null;
        if (hasEnded || performance.now() > deadline)
          throw new Error(`PostgreSQL as ${userInfo().username} did not start: ${said()}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

/** Tests that need PostgreSQL: where the checks run it must be there, elsewhere it must be said that nothing was shown. */
export function describeWithPostgres(what: string, tests: () => void): void {
  if (PostgresServer.isInstalled) return describe(what, tests);
  describe(what, () => {
    it('needs PostgreSQL', () => {
      expect(process.env['CI']).toBeUndefined();
      console.warn(`NOT TESTED: ${what}, for want of PostgreSQL: install the package \`postgresql\`.`);
    });
  });
}
