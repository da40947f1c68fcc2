import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stop } from './processes.mjs';
import { freePort } from './free-port.mjs';

const PACKAGE = '@portkey-ai/gateway';
const VERSION = '1.15.2';

/** With any later server of Hono, of those it takes, each of its streams fails: it changes headers that it may not. */
const MANIFEST = {
  private: true,
  dependencies: { [PACKAGE]: VERSION },
  overrides: { '@hono/node-server': '1.13.7' },
};

/** Apart from the repository's own modules, which know nothing of it. */
const FOLDER = fileURLToPath(new URL('../.peers/portkey', import.meta.url));
const MAIN = join(FOLDER, 'node_modules', PACKAGE, 'build/start-server.js');

/** How long it may take to listen, in milliseconds. */
const PATIENCE_MS = 20_000;

/**
 * Starts Portkey's gateway in front of an upstream. It is installed by npm the first time.
 *
 * @returns The server, or a note that says why there is none.
 */
export async function startPortkey(upstream, execArgv) {
  const problem = existsSync(MAIN) ? null : install();
  if (problem !== null) return { note: `\n${PACKAGE} ${VERSION} is left out: ${problem}` };
  const port = await freePort();
  const args = [...execArgv, MAIN, `--port=${port}`, '--headless'];
  const child = spawn(process.execPath, args, { stdio: 'ignore', cwd: dirname(MAIN) });
  // It does not hear of it by itself when the bench ends before its time.
  process.once('exit', () => child.kill());
  const url = `http://127.0.0.1:${port}`;
  if (!(await listens(url, child))) {
    await stop(child);
    return { note: `\n${PACKAGE} ${VERSION} is left out: it did not listen within ${PATIENCE_MS / 1_000} seconds.` };
  }
  const headers = {
    'x-portkey-provider': 'anthropic',
    'x-portkey-custom-host': `${upstream}/v1`,
    'x-api-key': 'bench',
    authorization: 'Bearer bench',
  };
  return { server: { name: 'Portkey', isQuick: false, url, headers, pid: child.pid, stop: () => stop(child) } };
}

/** Returns what kept it from being installed; `null` when it is there. */
function install() {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'package.json'), JSON.stringify(MANIFEST));
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, error, stderr } = spawnSync('npm', args, { cwd: FOLDER, encoding: 'utf8' });
  if (status === 0 && existsSync(MAIN)) return null;
  return error?.message ?? `npm could not install it. ${stderr.trim().split('\n')[0]}`;
}

async function listens(url, child) {
  for (const began = Date.now(); Date.now() - began < PATIENCE_MS && child.exitCode === null; await pause(100)) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return true;
  }
  return false;
}
