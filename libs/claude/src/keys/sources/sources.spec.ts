import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidOptionsError } from '../../errors/errors.js';
import { keyFromFile } from './mounted-file.source.js';
import {
  keyFromAwsSecretsManager,
  keyFromAzureKeyVault,
  keyFromGoogleSecretManager,
  keyFromVault,
} from './secret-managers.sources.js';
import { keyFromEnvironment, keyFromValue } from './simple.sources.js';

const JSON_SECRET = JSON.stringify({ anthropic: { key: 'sk-ant-field' } });

describe('keys of secret managers', () => {
  it('come from AWS, by string or bytes, whole or a field', async () => {
    const asked: unknown[] = [];
    const client = {
      getSecretValue: (request: { SecretId: string }) => {
        asked.push(request);
        return Promise.resolve({ SecretString: JSON_SECRET, VersionId: 'v-1' });
      },
    };
    const source = keyFromAwsSecretsManager(client, { secretId: 'prod/claude', field: 'anthropic.key' });
    expect(await source.getKey()).toEqual({ value: 'sk-ant-field', id: 'v-1', expiresAt: null });
    expect(asked).toEqual([{ SecretId: 'prod/claude' }]);
    const bytes = { getSecretValue: () => Promise.resolve({ SecretBinary: Buffer.from('sk-ant-bytes') }) };
    expect(await keyFromAwsSecretsManager(bytes, { secretId: 'x' }).getKey()).toMatchObject({ value: 'sk-ant-bytes' });
  });

  it('come from Google', async () => {
    const version = { name: 'projects/1/secrets/s/versions/4', payload: { data: Buffer.from('sk-ant-google') } };
    const client = { accessSecretVersion: () => Promise.resolve([version] as const) };
    const source = keyFromGoogleSecretManager(client, { name: 'projects/p/secrets/s/versions/latest' });
    expect(await source.getKey()).toEqual({ value: 'sk-ant-google', id: version.name, expiresAt: null });
  });

  it('come from Azure, with their end', async () => {
    const expiresOn = new Date(5_000);
    const client = {
      getSecret: () => Promise.resolve({ value: 'sk-ant-azure', properties: { version: 'abc', expiresOn } }),
    };
    const source = keyFromAzureKeyVault(client, { name: 'claude' });
    expect(await source.getKey()).toEqual({ value: 'sk-ant-azure', id: 'abc', expiresAt: 5_000 });
  });

  it('come from Vault, of both versions of its key-value engine', async () => {
    const second = { data: { data: { apiKey: 'sk-ant-v2' }, metadata: { version: 3 } } };
    const first = { data: { key: 'sk-ant-v1' } };
    const two = keyFromVault({ read: () => Promise.resolve(second) }, { path: 'secret/data/claude' });
    const one = keyFromVault({ read: () => Promise.resolve(first) }, { path: 'kv/claude', field: 'key' });
    expect(await two.getKey()).toEqual({ value: 'sk-ant-v2', id: 'version-3', expiresAt: null });
    expect(await one.getKey()).toMatchObject({ value: 'sk-ant-v1' });
  });

  it.each([
    ['nothing', {}, undefined, /is empty/],
    ['no JSON', { SecretString: 'sk-ant-plain' }, 'key', /is no JSON.*`field`/],
    ['another field', { SecretString: JSON_SECRET }, 'openai.key', /no text in its field `openai.key`/],
  ])('say what is wrong with a secret that holds %s, without it', async (_, secret, field, message) => {
    const options = { secretId: 'prod/claude', ...(field === undefined ? {} : { field }) };
    const source = keyFromAwsSecretsManager({ getSecretValue: () => Promise.resolve(secret) }, options);
    const error: unknown = await source.getKey().catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('sk-ant');
  });
});

describe('keys of this process', () => {
  it.each(['', '  ', 'two\nlines', '<your key>', '${ANTHROPIC_API_KEY}', 'sk-ant-xxxxxxxx', 'changeme'])(
    'refuse %j when they are made',
    (value) => {
      expect(() => keyFromValue(value)).toThrow(InvalidOptionsError);
    },
  );

  it('read the environment anew each time', async () => {
    expect(() => keyFromEnvironment('KEYS_SPEC_KEY')).toThrow(/KEYS_SPEC_KEY is not set/);
    process.env['KEYS_SPEC_KEY'] = ' sk-ant-1\n';
    const source = keyFromEnvironment('KEYS_SPEC_KEY');
    expect(await source.getKey()).toBe('sk-ant-1');
    process.env['KEYS_SPEC_KEY'] = 'sk-ant-2';
    expect(await source.getKey()).toBe('sk-ant-2');
    delete process.env['KEYS_SPEC_KEY'];
  });
});

describe('a mounted key file', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'key-mount-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  /** Mounts as Kubernetes does: the file is a link into a directory that is itself a link, which is swapped. */
  async function mount(version: string, key: string): Promise<string> {
    await mkdir(join(directory, version));
    await writeFile(join(directory, version, 'key'), key);
    await symlink(version, join(directory, '..data_tmp'));
    await rename(join(directory, '..data_tmp'), join(directory, '..data'));
    const path = join(directory, 'key');
    await symlink('..data/key', path).catch(() => undefined);
    return path;
  }

  it('is read, followed through a swap of links, and let go', async () => {
    const source = keyFromFile(await mount('one', 'sk-ant-1\n'));
    const changes: number[] = [];
    const unwatch = source.watch?.(() => {
      changes.push(Date.now());
    });
    expect(await source.getKey()).toBe('sk-ant-1\n');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await mount('two', 'sk-ant-2');
    for (let tries = 0; changes.length === 0 && tries < 200; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(changes).toHaveLength(1);
    expect(await source.getKey()).toBe('sk-ant-2');
    unwatch?.();
    await mount('three', 'sk-ant-3');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(changes).toHaveLength(1);
  });

  it('says when it is not there', async () => {
    await expect(keyFromFile(join(directory, 'none')).getKey()).rejects.toThrow(/does not exist: mount it/);
  });
});
