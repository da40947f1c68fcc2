/** Runs of base64, in either alphabet, that are long enough to hold a secret. No other begins inside one that is too short. */
const RUN = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{32,}={0,2}/g;

/** How much of one is decoded. A text that is longer hides what it has further on. */
const DECODED_CHARACTERS = 8_192;

/** Letters, digits and what else a text is made of. */
const IS_TEXT = /^[\t\n\r\u0020-\u007e]*$/;

/**
 * Replaces base64 whose text holds a secret. Digests and images decode to bytes that are no text, and are left alone at
 * their first characters.
 *
 * @param holdsSecret Asked of each decoded text.
 */
export function replaceEncoded(
  text: string,
  holdsSecret: (decoded: string) => boolean,
  mark: (run: string) => string,
): string {
  return text.replace(RUN, (run) => {
    if (!IS_TEXT.test(decode(run.slice(0, 16)))) return run;
    const decoded = decode(run.slice(0, DECODED_CHARACTERS));
    return IS_TEXT.test(decoded) && holdsSecret(decoded) ? mark(run) : run;
  });
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}
