// Packs the library as it would be published, installs the tarball into small applications of every supported kind, and
// runs the same smoke test in each. What works here works for users; what only works in the workspace does not.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const apps = fileURLToPath(new URL('apps', import.meta.url));
const shared = fileURLToPath(new URL('shared', import.meta.url));
const windows = process.platform === 'win32';

/** Applications that are tried at a time: most of it is waiting, for the registry and for disks. */
const AT_A_TIME = 2;
/** Versions are exact, so what npm has fetched before is what the registry would say. */
const INSTALL_FLAGS = ['--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];

async function run(command, args, cwd) {
  try {
    return (await exec(windows ? `${command}.cmd` : command, args, { cwd, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')} failed:\n${error.stdout ?? ''}${error.stderr ?? ''}`, {
      cause: error,
    });
  }
}

async function pack(into) {
  const out = await run('npm', ['pack', '--workspace', 'nestjs-claude', '--pack-destination', into, '--json'], root);
  const packed = JSON.parse(out.slice(out.search(/^[[{]/m)));
  const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
  return join(into, filename.replace('/', '-'));
}

async function prepare(name, workspace, tarball) {
  const app = join(workspace, name);
  await cp(join(apps, name), app, { recursive: true });
  const manifest = JSON.parse(await readFile(join(app, 'package.json'), 'utf8'));
  const isJest = manifest.jest !== undefined;
  await mkdir(join(app, 'src'));
  for (const file of ['smoke.ts', isJest ? 'smoke.spec.ts' : 'main.ts'])
    await cp(join(shared, file), join(app, 'src', file));
  manifest.dependencies['nestjs-claude'] = `file:${tarball}`;
  await writeFile(join(app, 'package.json'), JSON.stringify(manifest, null, 2));
  await run('npm', ['install', ...INSTALL_FLAGS], app);
  return { app, isJest };
}

async function smoke(name, workspace, tarball) {
  const { app, isJest } = await prepare(name, workspace, tarball);
  if (isJest) {
    await run('npx', ['jest', '--silent=false'], app);
  } else {
    await run('npx', ['tsc', '-p', 'tsconfig.json'], app);
    const out = await run('node', ['dist/main.js'], app);
    if (out.trim() !== 'ok') throw new Error(`${name} printed: ${out}`);
    await keepsKeys(app);
  }
}

const KEY = 'sk-ant-api03-of-a-consumer-0123456789';

/** The command as it is installed: stores a key from standard input in an encrypted file, lists it and removes it. */
async function keepsKeys(app) {
  const env = { ...process.env, NESTJS_CLAUDE_KEK: randomBytes(32).toString('hex') };
  const key = async (action, input = '') => {
    const args = ['nestjs-claude', 'key', action, '--to', 'file', '--path', join(app, 'keys', 'claude.keys')];
    const running = exec(windows ? 'npx.cmd' : 'npx', args, { cwd: app, env });
    running.child.stdin.end(input);
    const { stdout, stderr } = await running;
    if ((stdout + stderr).includes(KEY)) throw new Error(`key ${action} showed the key.`);
    return stdout;
  };
  const stored = await key('set', `${KEY}\n`);
  const listed = await key('list');
  const removed = await key('remove');
  if (!/^Stored as \S+\.$/.test(stored.trim()) || !listed.includes('in use') || removed.trim() !== 'Removed.') {
    throw new Error(`The command printed: ${stored}${listed}${removed}`);
  }
}

/** Tries one application after the other, until none is left. Resolves to how many failed. */
async function tryEach(names, workspace, tarball) {
  let failed = 0;
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    try {
      await smoke(name, workspace, tarball);
      console.log(`✓ ${name}`);
    } catch (error) {
      failed += 1;
      console.error(`✗ ${name}\n${error.message}`);
    }
  }
  return failed;
}

const workspace = await mkdtemp(join(tmpdir(), 'nestjs-claude-consumers-'));
try {
  const tarball = await pack(workspace);
  const wanted = process.argv.slice(2);
  const names = (await readdir(apps)).filter((name) => wanted.length === 0 || wanted.includes(name));
  const count = names.length;
  const failures = await Promise.all(Array.from({ length: AT_A_TIME }, () => tryEach(names, workspace, tarball)));
  const failed = failures.reduce((sum, each) => sum + each, 0);
  console.log(`consumers: ${count - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
} finally {
  await rm(workspace, { recursive: true, force: true });
}
