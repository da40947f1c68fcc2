import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyUnavailableError } from '../../errors/errors.js';
import { ManualClock } from '../../testing/clock/manual-clock.js';
import { fileKeyStore, type KeyStore } from '../store/key-store.js';
import { keyFromEncryptedFile } from './encrypted-file.source.js';
import { KeyFile } from './key-file.js';
import type { StoredKey } from './stored-key.js';

const KEK = Buffer.alloc(32, 7);
const VALUE = 'sk-ant-stored-0123456789';

let directory: string;
let path: string;
let clock: ManualClock;
let store: KeyStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'key-file-'));
  path = join(directory, 'inner', 'keys.enc');
  clock = new ManualClock();
  store = fileKeyStore(path, { kek: KEK }, clock);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function keyOf(id: string, value = VALUE): StoredKey {
  return { id, value, createdAtMs: clock.wall(), notAfterMs: null };
}

/** What reading the file fails with. */
async function problem(secret: Parameters<typeof fileKeyStore>[1] = { kek: KEK }): Promise<string> {
  const error: unknown = await new KeyFile(path, secret).read().catch((thrown: unknown) => thrown);
  if (!(error instanceof KeyUnavailableError)) throw new Error('It was read.', { cause: error });
  expect(error.message).toContain(path);
  expect(error.message).not.toContain('sk-ant');
  return error.message;
}

describe('an encrypted key file', () => {
  it('gives back what was put in it, and nobody else can read it', async () => {
    await store.set(keyOf('one'));
    const source = keyFromEncryptedFile({ path, kek: () => KEK }, clock);
    expect(await source.getKey()).toEqual({ value: VALUE, id: 'one', expiresAt: null });
    const bytes = await readFile(path);
    expect(bytes.includes(VALUE)).toBe(false);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'inner'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(directory, 'inner'))).toEqual(['keys.enc']);
  });

  it('has a salt and an IV of its own for every writing', async () => {
    await store.set(keyOf('one'));
    const first = await readFile(path);
    await store.set(keyOf('one'));
    expect((await readFile(path)).subarray(8, 36)).not.toEqual(first.subarray(8, 36));
  });

  it('overlaps keys while one is rotated: the newest that has not ended is used', async () => {
    await store.set(keyOf('one'));
    clock.advance(1_000);
    await store.rotate(keyOf('two', 'sk-ant-second'), 60_000);
    expect(await store.list()).toEqual([
      { id: 'one', createdAtMs: clock.wall() - 1_000, notAfterMs: clock.wall() + 60_000, inUse: false },
      { id: 'two', createdAtMs: clock.wall(), notAfterMs: null, inUse: true },
    ]);
    expect(await store.remove('two')).toBe(true);
    expect(await store.list()).toMatchObject([{ id: 'one', inUse: true }]);
    clock.advance(60_000);
    await expect(keyFromEncryptedFile({ path, kek: KEK }, clock).getKey()).rejects.toThrow(/no key that has not ended/);
    expect([await store.remove('none'), await store.remove(), await store.list()]).toEqual([false, true, []]);
  });

  it('opens with the passphrase it was written with, and with nothing else', async () => {
    const typed = fileKeyStore(path, { passphrase: 'correct horse' }, clock);
    await typed.set(keyOf('one'));
    expect(await typed.list()).toHaveLength(1);
    expect(await problem({ passphrase: 'battery staple' })).toMatch(/damaged, or was encrypted with another secret/);
    expect(await problem()).toMatch(/is encrypted with a passphrase, not with a key-encryption key/);
    await store.set(keyOf('one')).catch(() => undefined);
    expect(await typed.list()).toHaveLength(1);
  });

  it('refuses every file of which any bit is another', async () => {
    await store.set(keyOf('one'));
    const bytes = await readFile(path);
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Buffer.from(bytes);
      damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << (at % 8)), at);
      await writeFile(path, damaged);
      expect(await problem()).toMatch(/keys\.enc (?:is|cannot|asks)/);
    }
  });

  it('refuses every file that is cut off, in its tag or anywhere', async () => {
    await store.set(keyOf('one'));
    const bytes = await readFile(path);
    for (let length = 0; length < bytes.length; length += 1) {
      await writeFile(path, bytes.subarray(0, length));
      expect(await problem()).toMatch(/keys\.enc (?:is|cannot)/);
    }
  });

  it.each([
    [21, 8, 1],
    [20, 32, 1],
    [13, 8, 1],
    [17, 255, 1],
    [17, 8, 255],
    [17, 0, 1],
  ])('refuses a planted header before it costs anything: 2^%i, r %i, p %i', async (logN, r, p) => {
    await store.set(keyOf('one'));
    const bytes = await readFile(path);
    bytes.set([2, logN, r, p], 4);
    await writeFile(path, bytes);
    expect(await problem({ passphrase: 'any' })).toMatch(/derivation of its key that no key file of ours has/);
  });

  it('refuses a file that others may read, also behind a link, and says what to do', async () => {
    await store.set(keyOf('one'));
    await chmod(path, 0o640);
    expect(await problem()).toMatch(/mode 640.*chmod 600/);
    const real = join(directory, 'real.enc');
    await rename(path, real);
    await symlink(real, path);
    expect(await problem()).toMatch(/mode 640/);
    await chmod(real, 0o600);
    expect(await store.list()).toHaveLength(1);
    await store.set(keyOf('two'));
    expect(await new KeyFile(real, { kek: KEK }).read()).toMatchObject([{ id: 'two' }]);
    expect((await stat(real)).mode & 0o777).toBe(0o600);
  });

  it('loses nothing when many write at once', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    await Promise.all(ids.map((id) => new KeyFile(path, { kek: KEK }).update((keys) => [...keys, keyOf(id)])));
    expect((await store.list()).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });

  it('is as before when a writer dies between writing and renaming, and a lock it left does not last', async () => {
    await store.set(keyOf('one'));
    const inner = join(directory, 'inner');
    await writeFile(join(inner, '.keys.enc.dead.tmp'), 'half a file');
    await writeFile(`${path}.lock`, '');
    expect(await store.list()).toMatchObject([{ id: 'one' }]);
    const { utimes } = await import('node:fs/promises');
    await utimes(`${path}.lock`, new Date(0), new Date(0));
    await store.rotate(keyOf('two'), 0);
    expect(await store.list()).toMatchObject([{ id: 'two' }]);
  });

  it.each([['short'], ['g'.repeat(64)], ['']])('refuses %j as a key-encryption key', async (kek) => {
    const file = join(directory, 'kek');
    await store.set(keyOf('one'));
    await writeFile(file, kek);
    await expect(new KeyFile(path, { kekFile: file }).read()).rejects.toThrow(/32 random bytes/);
  });

  it.each([
    ['raw', KEK],
    ['hex', KEK.toString('hex')],
    ['base64', `${KEK.toString('base64')}\n`],
  ])('takes a mounted key-encryption key as %s', async (_, kek) => {
    const file = join(directory, 'kek');
    await store.set(keyOf('one'));
    await writeFile(file, kek);
    expect(await new KeyFile(path, { kekFile: file }).read()).toHaveLength(1);
  });
});
