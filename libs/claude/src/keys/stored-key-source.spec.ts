import { chownSync, existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultKeyFile } from './encrypted/encrypted-file.source.js';
import { KeyStoreService } from './store/key-store.service.js';
import { storedKeySource } from './stored-key-source.js';

const KEY = 'sk-ant-api03-stored-on-this-machine-0123456789';

let home: string;
let env: Readonly<Record<string, string>>;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'stored-key-'));
  const kekFile = join(home, 'kek');
  await writeFile(kekFile, Buffer.alloc(32, 7), { mode: 0o600 });
  // In a container nobody asks for a keyring, so that the file alone decides.
  env = { XDG_CONFIG_HOME: home, KUBERNETES_SERVICE_HOST: '10.0.0.1', NESTJS_CLAUDE_KEK_FILE: kekFile };
});
afterEach(() => rm(home, { recursive: true, force: true }));

function store(): Promise<string> {
  const { NESTJS_CLAUDE_KEK_FILE: kekFile = '' } = env;
  return new KeyStoreService().set({ to: 'file', path: defaultKeyFile(env), secret: { kekFile } }, KEY);
}

describe('The key that is stored on this machine', () => {
  it('is nothing where nothing is', async () => {
    expect(await storedKeySource(env)).toBeNull();
  });

  it('is that of the encrypted file at its default place', async () => {
    const id = await store();
    const source = await storedKeySource(env);
    expect(source?.name).toBe(`encrypted file ${defaultKeyFile(env)}`);
    expect(await source?.getKey({ forceRefresh: false })).toMatchObject({ value: KEY, id });
  });

  it('cannot be had where nothing says what the file is encrypted with', async () => {
    await store();
    const { NESTJS_CLAUDE_KEK_FILE: _kek, ...without } = env;
    await expect(storedKeySource(without)).rejects.toThrow(
      /set NESTJS_CLAUDE_KEK_FILE or NESTJS_CLAUDE_KEK, or remove/,
    );
  });

  it('is not taken from a file of somebody else', async () => {
    // Only root can give files away; whoever else runs this owns all they can make.
    expect(process.geteuid?.() === 0 || process.env['CI'] === undefined).toBe(true);
    if (process.geteuid?.() !== 0) return;
    await store();
    chownSync(defaultKeyFile(env), 12_345, 12_345);
    const source = await storedKeySource(env);
    await expect(source?.getKey({ forceRefresh: false })).rejects.toThrow(/owner|belongs/);
    expect(existsSync(defaultKeyFile(env))).toBe(true);
  });
});
