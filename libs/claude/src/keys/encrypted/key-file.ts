import { isClaudeError } from '../../errors/claude-error.js';
import { KeyUnavailableError } from '../../errors/errors.js';
import { codeOf, readSecretFile } from '../sources/local-file.js';
import { fileSecret, formsOf, type FileSecretOrigin } from './file-secret.js';
import { KeyFileError } from './key-file-error.js';
import { seal, unseal, type FileSecret } from './seal.js';
import { decodeKeys, encodeKeys, type StoredKey } from './stored-key.js';
import { locked, replaceFile } from './write-file.js';

const TITLE = 'The encrypted key file';

/** A file of keys that only its secret opens. */
export class KeyFile {
  readonly #secret: FileSecretOrigin;
  /** Hears of the secret in every form in which somebody may write it, each time it is used. */
  onSecret: (secret: string) => void = () => undefined;

  constructor(
    readonly path: string,
    secret: FileSecretOrigin,
  ) {
    this.#secret = secret;
  }

  /**
   * The keys in it; `null` when there is no such file.
   *
   * @throws KeyUnavailableError naming the file, what is wrong and the remedy.
   */
  async read(): Promise<readonly StoredKey[] | null> {
    const bytes = await readSecretFile({ path: this.path, title: TITLE, isPrivate: true });
    if (bytes === null) return null;
    return this.#explained(async () => decodeKeys(await unseal(bytes, await this.#usedSecret())));
  }

  /**
   * Changes the keys in it, one writer after the other.
   *
   * @throws KeyUnavailableError when it cannot be read or written; it is as before then.
   */
  async update(change: (keys: readonly StoredKey[]) => readonly StoredKey[]): Promise<readonly StoredKey[]> {
    return this.#explained(() =>
      locked(this.path, async () => {
        const keys = change((await this.read()) ?? []);
        await replaceFile(this.path, await seal(encodeKeys(keys), await this.#usedSecret()));
        return keys;
      }),
    );
  }

  async #usedSecret(): Promise<FileSecret> {
    const secret = await fileSecret(this.#secret);
    for (const form of formsOf(secret)) this.onSecret(form);
    return secret;
  }

  async #explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isClaudeError(error)) throw error;
      if (!(error instanceof KeyFileError)) {
        throw new KeyUnavailableError(
          `${TITLE} ${this.path} cannot be written (${codeOf(error)}): let this process write there.`,
        );
      }
      throw new KeyUnavailableError(
        `${TITLE} ${this.path} ${error.message}. Give the secret it was written with, or write it anew with \`npx nestjs-claude key set --to file\`.`,
      );
    }
  }
}
