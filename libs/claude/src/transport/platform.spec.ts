import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { transformFile } from '@swc/core';

const run = promisify(execFile);
const nodeModules = join(createRequire(__filename).resolve('undici/package.json'), '../..');

/** Prints whose agent is the process-wide one now. */
const REPORT = `
  const agent = globalThis[Symbol.for('undici.globalDispatcher.1')];
  const owner = agent === given ? 'application' : agent instanceof Agent ? 'npm' : agent ? 'platform' : 'nobody';
  console.log(JSON.stringify(owner));
`;

describe('loading the transport', () => {
  let folder: string;

  /** The room as its users load it: in a process of its own, without Jest's realm and its own globals. */
  async function built(type: 'commonjs' | 'es6'): Promise<string> {
    folder = await mkdtemp(join(nodeModules, '.transport-spec-'));
    const sources = (await readdir(__dirname)).filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'));
    for (const name of sources) {
      const { code } = await transformFile(join(__dirname, name), {
        swcrc: false,
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type },
      });
      await writeFile(join(folder, name.replace(/\.ts$/, '.js')), code);
    }
    await writeFile(join(folder, 'package.json'), `{"type":"${type === 'es6' ? 'module' : 'commonjs'}"}`);
    return folder;
  }

  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function reported(name: string, script: string): Promise<unknown> {
    await writeFile(join(folder, name), script);
    const { stdout } = await run(process.execPath, [join(folder, name)]);
    return JSON.parse(stdout);
  }

  it('leaves the platform with its own agent, as CommonJS', async () => {
    await built('commonjs');
    const script = `const given = {}; require('./transport.js'); const { Agent } = require('undici'); ${REPORT}`;
    await expect(reported('main.js', script)).resolves.toBe('platform');
  });

  it('leaves the platform with its own agent, as ES modules', async () => {
    await built('es6');
    const script = `import './transport.js'; import { Agent } from 'undici'; const given = {}; ${REPORT}`;
    await expect(reported('main.js', script)).resolves.toBe('platform');
  });

  it('leaves an agent alone that the application has set', async () => {
    await built('commonjs');
    const script = `const given = { dispatch() {} }; globalThis[Symbol.for('undici.globalDispatcher.1')] = given;
      require('./transport.js'); const { Agent } = require('undici'); ${REPORT}`;
    await expect(reported('main.js', script)).resolves.toBe('application');
  });
});
