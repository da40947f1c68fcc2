import { KeyUnavailableError } from '../../errors/errors.js';
import type { ClaudeKeySource, KeyLease, KeyRequest } from '../key-source.js';
import { keyInFields, keyInText } from './secret-text.js';

interface FieldOption {
  /** The field that holds the key, when the secret is JSON. Default: the whole secret is the key. */
  readonly field?: string;
}

/** What `SecretsManager` of `@aws-sdk/client-secrets-manager` has. */
export interface AwsSecretsManagerLike {
  getSecretValue(
    request: { SecretId: string; VersionStage?: string },
    options?: { abortSignal?: AbortSignal },
  ): Promise<{
    SecretString?: string | undefined;
    SecretBinary?: Uint8Array | undefined;
    VersionId?: string | undefined;
  }>;
}

/** A key in AWS Secrets Manager, fetched by your own `SecretsManager` client. */
export function keyFromAwsSecretsManager(
  client: AwsSecretsManagerLike,
  { secretId, versionStage, field }: FieldOption & { readonly secretId: string; readonly versionStage?: string },
): ClaudeKeySource {
  return managed(`aws-secrets-manager ${secretId}`, async (title, { signal }) => {
    const secret = await client.getSecretValue(
      { SecretId: secretId, ...(versionStage === undefined ? {} : { VersionStage: versionStage }) },
      ...(signal === undefined ? [] : [{ abortSignal: signal }]),
    );
    return leaseOf(
      keyInText(textOf(secret.SecretString ?? secret.SecretBinary, title), field, title),
      secret.VersionId,
    );
  });
}

/** What `SecretManagerServiceClient` of `@google-cloud/secret-manager` has. */
export interface GoogleSecretManagerLike {
  accessSecretVersion(request: {
    name: string;
  }): Promise<
    readonly [{ payload?: { data?: Uint8Array | string | null } | null; name?: string | null }, ...unknown[]]
  >;
}

/**
 * A key in Google Secret Manager, fetched by your own client.
 *
 * @param options.name `projects/my-project/secrets/anthropic/versions/latest`.
 */
export function keyFromGoogleSecretManager(
  client: GoogleSecretManagerLike,
  { name, field }: FieldOption & { readonly name: string },
): ClaudeKeySource {
  return managed(`google-secret-manager ${name}`, async (title) => {
    const [version] = await client.accessSecretVersion({ name });
    return leaseOf(keyInText(textOf(version.payload?.data, title), field, title), version.name);
  });
}

/** What `SecretClient` of `@azure/keyvault-secrets` has. */
export interface AzureKeyVaultLike {
  getSecret(
    name: string,
    options?: { version?: string; abortSignal?: AbortSignal },
  ): Promise<{
    value?: string | undefined;
    properties?: { version?: string | undefined; expiresOn?: Date | undefined };
  }>;
}

/** A key in Azure Key Vault, fetched by your own `SecretClient`. A secret that expires is not used beyond that. */
export function keyFromAzureKeyVault(
  client: AzureKeyVaultLike,
  { name, version, field }: FieldOption & { readonly name: string; readonly version?: string },
): ClaudeKeySource {
  return managed(`azure-key-vault ${name}`, async (title, { signal }) => {
    const { value, properties } = await client.getSecret(name, {
      ...(version === undefined ? {} : { version }),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    const key = keyInText(textOf(value, title), field, title);
    return leaseOf(key, properties?.version, properties?.expiresOn?.getTime());
  });
}

/** What a client of `node-vault` has. */
export interface VaultLike {
  read(path: string): Promise<{ data?: unknown }>;
}

/**
 * A key in HashiCorp Vault, fetched by your own client: of the key-value engine, version 1 or 2.
 *
 * @param options.path `secret/data/anthropic` for version 2.
 * @param options.field Default `apiKey`.
 */
export function keyFromVault(
  client: VaultLike,
  { path, field = 'apiKey' }: FieldOption & { readonly path: string },
): ClaudeKeySource {
  return managed(`vault ${path}`, async (title) => {
    const { data } = await client.read(path);
    const second = versionTwo(data);
    const version = second === null ? undefined : `version-${second.version}`;
    return leaseOf(keyInFields(second?.fields ?? data, field, title), version);
  });
}

/** Version 2 of the key-value engine wraps what is stored together with what is known of it. */
function versionTwo(data: unknown): { readonly fields: unknown; readonly version: number } | null {
  if (typeof data !== 'object' || data === null || !('data' in data) || !('metadata' in data)) return null;
  const { data: fields, metadata } = data as { data: unknown; metadata: { version?: unknown } | null };
  return typeof metadata?.version === 'number' ? { fields, version: metadata.version } : null;
}

function managed(name: string, fetch: (title: string, request: KeyRequest) => Promise<KeyLease>): ClaudeKeySource {
  return { name, getKey: (request = {}) => fetch(`The secret '${name}'`, request) };
}

function textOf(secret: string | Uint8Array | null | undefined, title: string): string {
  if (typeof secret === 'string') return secret;
  if (secret instanceof Uint8Array) return Buffer.from(secret).toString('utf8');
  throw new KeyUnavailableError(`${title} is empty: put the key in it.`);
}

function leaseOf(value: string, id: string | null | undefined, expiresAt?: number): KeyLease {
  return { value, ...(id == null ? {} : { id }), expiresAt: expiresAt ?? null };
}
