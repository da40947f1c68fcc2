/** What is wrong with a key file, as the end of a sentence that begins with its path. Holds nothing of what is in it. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}
