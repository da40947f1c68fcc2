import { Inject, Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { InputFinding, InputSource } from '../call/input-finding.js';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import { InvalidOptionsError } from '../errors/errors.js';
import type { SanitizationStats } from './sanitization-tally.js';
import { INPUT_SOURCES } from './sanitization.options.js';
import type { SanitizedInput, Sanitizer } from './sanitizer.js';

/** What came of looking at a value. */
export type SanitizeResult<T> = Pick<SanitizedInput<T>, 'value' | 'changed' | 'findings'>;

/**
 * The sanitizer of this module instance, for texts and bodies that do not reach Claude by its client, or not yet. Every
 * call is looked at anyway, unless `sanitization` is `false`; this service works all the same.
 */
@Injectable()
export class InputSanitizerService {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'input-sanitizer';

  /** Each finding, those that are only logged included. Hot: a subscriber sees what is found after it subscribed. */
  readonly findings: Observable<InputFinding>;

  readonly #sanitizer: Sanitizer;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#sanitizer = (runtime as ClaudeRuntime).sanitizer;
    this.findings = this.#sanitizer.found.asObservable();
  }

  /** What was found since the start, by rule and by what became of it, and how detectors got on. */
  get stats(): SanitizationStats {
    return this.#sanitizer.stats();
  }

  /**
   * Looks at a value of any shape, all of whose texts come from one source. The value itself is not changed: where
   * something is taken out, a copy comes back.
   *
   * @param source Whose policy holds. Default `user`.
   * @throws InputBlockedError where the policy says so, and for a value that contains itself.
   * @throws InvalidOptionsError for a source that there is not.
   */
  async sanitize<T>(value: T, source: InputSource = 'user'): Promise<SanitizeResult<T>> {
    if (!INPUT_SOURCES.includes(source)) {
      throw new InvalidOptionsError(`There is no source '${source}': use one of ${INPUT_SOURCES.join(', ')}.`);
    }
    return this.#result(this.#sanitizer.judge(value, { as: 'value', source }));
  }

  /**
   * The same for a request of the Messages API, or a batch of them, with each text by the policy of where it stands.
   *
   * @throws InputBlockedError where a policy says so, and for a request that contains itself.
   */
  sanitizeRequest<T extends object>(request: T): Promise<SanitizeResult<T>> {
    return this.#result(this.#sanitizer.judge(request, { as: 'request' }));
  }

  async #result<T>(judged: Promise<SanitizedInput<T>>): Promise<SanitizeResult<T>> {
    const { value, changed, findings, refusal } = await judged;
    if (refusal !== null) throw refusal;
    return { value, changed, findings };
  }
}
