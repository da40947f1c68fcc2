import { randomBytes } from 'node:crypto';
import { KeyUnavailableError } from '../../errors/errors.js';

/** What of `@napi-rs/keyring` is used: its asynchronous half alone, since the two disagree where no keyring is. */
export interface KeyringModule {
  readonly AsyncEntry: new (
    service: string,
    account: string,
    options?: { linux?: { store?: 'secret-service' } } | null,
  ) => KeyringEntry;
}

export interface KeyringEntry {
  getPassword(signal?: AbortSignal): Promise<string | null>;
  setPassword(password: string, signal?: AbortSignal): Promise<void>;
  deleteCredential(signal?: AbortSignal): Promise<boolean>;
}

const PEER = '@napi-rs/keyring';
/** The kernel's keyring, which the peer would fall back to, forgets at a reboot and depends on the session. */
const PINNED = { linux: { store: 'secret-service' } } as const;
/** A locked keyring may wait for somebody to unlock it, who may not be there. */
const PROBE_MS = 10_000;

/** The keyring of the operating system, where it does what it says. */
export class Keyring {
  #probed: Promise<void> | null = null;

  constructor(private readonly module: KeyringModule) {}

  /** @throws KeyUnavailableError when the optional peer is not installed, or has no build for this platform. */
  static async load(): Promise<Keyring> {
    const keyring = await Keyring.find();
    if (keyring !== null) return keyring;
    throw new KeyUnavailableError(`The keyring needs the package ${PEER}: install it with \`npm install ${PEER}\`.`);
  }

  /** The keyring; `null` when the optional peer is not installed. */
  static async find(): Promise<Keyring | null> {
    try {
      // Loaded here, as few have it. Seen from ESM, it is what a CommonJS module exports.
      const loaded: KeyringModule & { readonly default?: KeyringModule } = await import('@napi-rs/keyring');
      return new Keyring(loaded.default ?? loaded);
    } catch (error) {
      if (isMissing(error)) return null;
      throw new KeyUnavailableError(
        `The package ${PEER} cannot be loaded: install it anew on this platform, or keep the key elsewhere.`,
      );
    }
  }

  /**
   * @returns What is stored; `null` when nothing is.
   * @throws KeyUnavailableError when the keyring cannot be used, which is told apart from an empty one.
   */
  async get(service: string, account: string, signal?: AbortSignal): Promise<string | null> {
    await this.probe();
    return this.#use('read', (entry) => entry.getPassword(signal), service, account);
  }

  async set(service: string, account: string, password: string): Promise<void> {
    await this.probe();
    await this.#use('written', (entry) => entry.setPassword(password), service, account);
  }

  /** @returns Whether there was one. */
  async delete(service: string, account: string): Promise<boolean> {
    await this.probe();
    return this.#use('changed', (entry) => entry.deleteCredential(), service, account);
  }

  /**
   * Writes, reads and deletes something of no worth, once: some keyrings say that they have stored what they have not.
   *
   * @throws KeyUnavailableError when what is read is not what was written.
   */
  probe(): Promise<void> {
    this.#probed ??= this.#probe().catch((error: unknown) => {
      this.#probed = null;
      throw error;
    });
    return this.#probed;
  }

  /** Whether this session has a keyring at all; not whether it is unlocked. */
  async isThere(): Promise<boolean> {
    try {
      await new this.module.AsyncEntry('nestjs-claude-probe', 'none', PINNED).getPassword(
        AbortSignal.timeout(PROBE_MS),
      );
      return true;
    } catch (error) {
      // What is there and locked holds something that cannot be read.
      return String(error).includes('locked');
    }
  }

  async #probe(): Promise<void> {
    const account = `probe-${randomBytes(8).toString('hex')}`;
    const written = randomBytes(16).toString('hex');
    const signal = AbortSignal.timeout(PROBE_MS);
    await this.#use(
      'used',
      async (entry) => {
        await entry.setPassword(written, signal);
        const read = await entry.getPassword(signal);
        const deleted = await entry.deleteCredential(signal);
        const left = await entry.getPassword(signal);
        if (read !== written || !deleted || left !== null) throw new Error('It does not keep what it is given.');
      },
      'nestjs-claude-probe',
      account,
    );
  }

  async #use<T>(done: string, work: (entry: KeyringEntry) => Promise<T>, service: string, account: string): Promise<T> {
    try {
      // Without a keyring even the constructor throws.
      return await work(new this.module.AsyncEntry(service, account, PINNED));
    } catch {
      throw new KeyUnavailableError(
        `The keyring of the operating system cannot be ${done}: it is locked, or there is none in this session. Unlock it, or keep the key elsewhere.`,
      );
    }
  }
}

function isMissing(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return error.code === 'MODULE_NOT_FOUND' || error.code === 'ERR_MODULE_NOT_FOUND';
}
