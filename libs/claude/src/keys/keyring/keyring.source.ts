import { KeyUnavailableError } from '../../errors/errors.js';
import type { ClaudeKeySource } from '../key-source.js';
import { Keyring } from './keyring.js';

/** Under what name a key stands in the keyring. */
export interface KeyringEntryName {
  /** Default `nestjs-claude`. */
  readonly service?: string;
  /** Default `default`. */
  readonly account?: string;
}

export const KEYRING_SERVICE = 'nestjs-claude';
export const KEYRING_ACCOUNT = 'default';

/**
 * The key in the keyring of the operating system: Keychain, Credential Manager or Secret Service. Needs the optional peer
 * `@napi-rs/keyring`, and a session that has a keyring: for desktops, not for containers.
 */
export function keyFromKeyring({
  service = KEYRING_SERVICE,
  account = KEYRING_ACCOUNT,
}: KeyringEntryName = {}): ClaudeKeySource {
  let keyring: Keyring | null = null;
  return {
    name: `keyring ${service}/${account}`,
    async getKey({ signal } = {}) {
      keyring ??= await Keyring.load();
      const key = await keyring.get(service, account, signal);
      if (key !== null) return key;
      throw new KeyUnavailableError(
        `The keyring holds no key under ${service}/${account}: put it there with \`npx nestjs-claude key set --to keyring\`.`,
      );
    },
  };
}
