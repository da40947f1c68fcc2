import { isClaudeError } from '../errors/claude-error.js';
import { KeyUnavailableError } from '../errors/errors.js';
import { summarizeFailure } from '../errors/failure-summary.js';
import type { KeyFailure } from './key.events.js';

/** What kind of failure something thrown is. */
export function keyFailureOf(error: unknown): KeyFailure {
  const { type, code, meaning } = summarizeFailure(error);
  return { kind: meaning.kind, type, code };
}

/**
 * What a call fails with when its key could not be had. What a source said may quote the key, so only what kind of failure
 * it was is passed on; errors of our own hold no secret.
 *
 * @param source What failed, as the beginning of a sentence.
 */
export function keyUnavailable(error: unknown, source: string, retryAfterMs?: number): KeyUnavailableError {
  const hint = retryAfterMs === undefined ? {} : { retryAfterMs };
  if (isClaudeError(error)) return new KeyUnavailableError(error.message, hint);
  const { type, code } = keyFailureOf(error);
  return new KeyUnavailableError(
    `${source} failed with ${type}${code === null ? '' : ` (${code})`}. Its message is withheld, since it may quote a secret.`,
    hint,
  );
}
