import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { sayLeftOut } from './left-out.js';
import type { ServerClock } from './server-clock.js';

/** Tests run against another server of the same kind where `REDIS_SERVER` says which: of an older version, or Valkey. */
const PROGRAM = process.env['REDIS_SERVER'] ?? 'redis-server';

/** A server is there within so many milliseconds, also on a busy machine. */
const STARTS_WITHIN_MS = 15_000;

export interface RedisServerOptions {
  /** The port of one that was there before. Default: a free one. */
  readonly port?: number;
  readonly password?: string;
  /** Further lines of its configuration, as arguments: `['--maxmemory', '100mb']`. */
  readonly args?: readonly string[];
  /** What it tells the time by. Default: as everybody does. */
  readonly clock?: ServerClock;
}

/** A private `redis-server` process. */
export class RedisServer {
  private constructor(
    readonly port: number,
    private readonly directory: string,
    private readonly process: ChildProcess,
    private readonly options: RedisServerOptions,
  ) {}

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const port = options.port ?? (await freePort());
    const directory = mkdtempSync(join(tmpdir(), 'redis-'));
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      directory,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    if (options.password !== undefined) args.push('--requirepass', options.password);
    const env = { ...process.env, ...options.clock?.environment };
    const child = spawn(PROGRAM, [...args, ...(options.args ?? [])], { stdio: 'ignore', env });
    const server = new RedisServer(port, directory, child, options);
    try {
      await server.#ready();
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get url(): string {
    const { password } = this.options;
    return `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${this.port}`;
  }

  /** Sends it a command, and returns the bare answer: lines as `redis-cli` prints them without a terminal. */
  command(...args: readonly string[]): string {
    const { password } = this.options;
    const credentials = password === undefined ? [] : ['--no-auth-warning', '-a', password];
    return execFileSync('redis-cli', ['-p', String(this.port), ...credentials, ...args], { encoding: 'utf8' }).trim();
  }

  /** Stops answering, and goes on later: whoever waits is not told. */
  pause(): void {
    this.process.kill('SIGSTOP');
  }

  resume(): void {
    this.process.kill('SIGCONT');
  }

  /** Ends it at once; what it knew is lost. */
  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await gone;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The same again, on the same port, with nothing in it. */
  async restart(): Promise<RedisServer> {
    await this.stop();
    return RedisServer.start({ ...this.options, port: this.port });
  }

  async #ready(): Promise<void> {
    const untilMs = performance.now() + STARTS_WITHIN_MS;
    while (performance.now() < untilMs) {
      if (this.process.exitCode !== null) break;
      if (await answersAt(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`redis-server did not start on port ${this.port}.`);
  }
}

/** Whether `redis-server` is installed. Where it is not, says what is left out; in CI nothing may be. */
export function hasRedisServer(leftOut: string): boolean {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    sayLeftOut(PROGRAM, leftOut, 'redis-server');
    return false;
  }
}

function answersAt(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
