// The gateway as a process of its own, with what it prints.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { ANTHROPIC_API_KEY: _key, ANTHROPIC_BASE_URL: _url, CLAUDE_CONFIG: _config, ...clean } = process.env;

/** Starts a command with nothing of the gateway's in its environment but what is given. */
export function launch(command, args, env) {
  const child = spawn(command, args, { cwd: root, env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (output.out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output.err += text));
  return { child, output };
}

/** Waits until something holds, which may take a promise to tell; fails when it does not in time. */
export async function until(holds, what, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
