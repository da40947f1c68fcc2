import { keyFromKeyring, KeyStoreService } from 'nestjs-claude';
import { storedKeySource } from '../../libs/claude/src/keys/stored-key-source.js';
import { Keyring, type KeyringModule } from '../../libs/claude/src/keys/keyring/keyring.js';

// Run by keyring.spec.ts, inside a session of its own that has a Secret Service.

const KEYRING = { to: 'keyring' } as const;
const store = new KeyStoreService();

describe('the keyring of the operating system', () => {
  afterEach(() => store.remove(KEYRING));

  it('keeps a key, gives it back, and forgets it', async () => {
    expect(await store.list(KEYRING)).toEqual([]);
    await expect(keyFromKeyring().getKey()).rejects.toThrow(/holds no key.*key set --to keyring/);
    await store.set(KEYRING, 'sk-ant-in-the-keyring');
    expect(await keyFromKeyring().getKey()).toBe('sk-ant-in-the-keyring');
    await store.rotate(KEYRING, 'sk-ant-the-next');
    expect(await keyFromKeyring().getKey()).toBe('sk-ant-the-next');
    expect(await store.list(KEYRING)).toMatchObject([{ id: 'default', inUse: true }]);
    expect(await store.remove(KEYRING)).toBe(true);
    expect(await store.remove(KEYRING)).toBe(false);
  });

  it('leaves nothing of its probe behind, and keeps entries apart', async () => {
    const keyring = await Keyring.load();
    await keyring.set('nestjs-claude-test', 'one', 'first');
    await keyring.set('nestjs-claude-test', 'two', 'second');
    expect(await keyring.get('nestjs-claude-test', 'one')).toBe('first');
    for (const account of ['one', 'two']) expect(await keyring.delete('nestjs-claude-test', account)).toBe(true);
    const { findCredentialsAsync } = await import('@napi-rs/keyring');
    expect(await findCredentialsAsync('nestjs-claude-probe')).toEqual([]);
  });

  it('is where a key is looked for when nothing names one, but not in Kubernetes', async () => {
    await store.set(KEYRING, 'sk-ant-in-the-keyring');
    const outside = { XDG_CONFIG_HOME: '/nowhere' };
    const source = await storedKeySource(outside, () => false);
    expect(source?.name).toBe('keyring nestjs-claude/default');
    expect(await storedKeySource({ ...outside, KUBERNETES_SERVICE_HOST: '10.0.0.1' }, () => false)).toBeNull();
    expect(await storedKeySource(outside, (path) => path === '/.dockerenv')).toBeNull();
  });

  it('is not used when it does not keep what it is given', async () => {
    class Forgetful {
      getPassword = (): Promise<null> => Promise.resolve(null);
      setPassword = (): Promise<void> => Promise.resolve();
      deleteCredential = (): Promise<boolean> => Promise.resolve(true);
    }
    const keyring = new Keyring({ AsyncEntry: Forgetful } satisfies KeyringModule);
    await expect(keyring.get('a', 'b')).rejects.toThrow(/cannot be used/);
  });
});
