import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** All that the suites need. Packages are not copied. */
const COPIED = [
  'libs/claude/package.json',
  'libs/claude/src',
  'test/admission',
  'test/cost',
  'test/faults',
  'test/optimization',
  'test/resilience',
  'test/routing',
  'test/setup',
  'test/support',
  'jest.config.mjs',
  'package.json',
  'tsconfig.base.json',
  'tsconfig.json',
];

/** Suites that have not ended by then are caught in a loop. */
const TIMEOUT_MS = 60_000;

/** What a program that is wrong in itself fails with, which says nothing about the rule it was to break. */
const WRONG_PROGRAM = /\bReferenceError: /;

/** How a suite ended: `passed`, `failed`, or `wrong` when it could not judge, since the sources do not run as they are. */
const PASSED = Object.freeze({ kind: 'passed' });
const ENDLESS = Object.freeze({ kind: 'failed', test: `no end within ${TIMEOUT_MS / 1_000} s` });

/** A copy of the sources that may be spoilt, and the suites in it. */
export class Workspace {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  static async create() {
    const folder = await mkdtemp(join(tmpdir(), 'nestjs-claude-mutants-'));
    for (const path of COPIED) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await cp(join(root, path), join(folder, path), { recursive: true });
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    return new Workspace(folder);
  }

  /** Runs the suites of a rule with the rule broken. A text that does not stand there exactly once is a mutant gone stale. */
  async runBroken({ file, find, replace, suites }) {
    const path = join(this.#folder, file);
    const source = await readFile(path, 'utf8');
    const found = source.split(find).length - 1;
    if (found !== 1)
      return suites.map(() => ({ kind: 'wrong', why: `stale: \`find\` stands ${found} times in ${file}` }));
    // A function, since `$` means something in a replacement text.
    const broken = source.replace(find, () => replace);
    await writeFile(path, broken);
    try {
      return await this.run(suites);
    } finally {
      await writeFile(path, source);
    }
  }

  /** How each suite ended, in their order. */
  async run(suites) {
    const report = join(this.#folder, 'report.json');
    await rm(report, { force: true });
    const printed = await this.#jest(suites, report);
    if (printed === null) return suites.map(() => ENDLESS);
    const written = await readFile(report, 'utf8').catch(() => null);
    if (written === null) return suites.map(() => ({ kind: 'wrong', why: printed }));
    const { testResults } = JSON.parse(written);
    return suites.map((suite) => verdict(testResults.find(({ name }) => name.replaceAll('\\', '/').endsWith(suite))));
  }

  remove() {
    return rm(this.#folder, { recursive: true, force: true });
  }

  /** What it printed, or `null` when it had to be ended. */
  #jest(suites, report) {
    const args = ['--runTestsByPath', ...suites, '--runInBand', '--silent', '--watchman=false'];
    const child = spawn(
      process.execPath,
      [join(root, 'node_modules/jest/bin/jest.js'), ...args, '--json', `--outputFile=${report}`],
      { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: TIMEOUT_MS, killSignal: 'SIGKILL' },
    );
    let printed = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (printed += text));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (_, signal) => resolve(signal === null ? printed : null));
    });
  }
}

function verdict(suite) {
  if (suite === undefined) return { kind: 'wrong', why: 'jest knows no such suite' };
  if (suite.status === 'passed') return PASSED;
  const failed = suite.assertionResults.filter(({ status }) => status === 'failed');
  const honest = failed.find(({ failureMessages: [message] }) => !WRONG_PROGRAM.test(message));
  if (honest !== undefined) return { kind: 'failed', test: honest.fullName };
  // Every test passed, and what runs after them all did not.
  const ran = suite.assertionResults.some(({ status }) => status === 'passed');
  if (failed.length === 0 && ran) return { kind: 'failed', test: 'no stray rejection' };
  return { kind: 'wrong', why: failed[0]?.failureMessages[0] ?? suite.message.replace(/^.*failed to run\s*/, '') };
}
