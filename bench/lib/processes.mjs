import { fork } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Starts a module in a process of its own; resolves with the first message it sends.
 *
 * @param log File that its standard output goes to. Default: nowhere.
 */
export async function start(module, { env = {}, execArgv = [], log = null } = {}) {
  const out = log === null ? 'ignore' : openSync(log, 'a');
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), {
    env: { ...process.env, ...env },
    execArgv,
    stdio: ['ignore', out, 'inherit', 'ipc'],
  });
  if (log !== null) closeSync(out);
  const message = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${module} ended with code ${code} before it was ready.`)));
  });
  return { child, pid: child.pid, ...message, stop: () => stop(child) };
}

export function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}

/** CPU time that a process has used so far, in microseconds. Linux only: read from its entry in /proc. */
export function cpuMicroseconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Memory of a process that is in RAM, in bytes. Linux only. */
export function residentBytes(pid) {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(kilobytes) * 1_024;
}
