import type { TimeoutOptions } from '../claude.options.js';

/** What holds for time limits that are not set; see {@link TimeoutOptions}. */
export const TIMEOUT_DEFAULTS: Readonly<Required<TimeoutOptions>> = Object.freeze({
  deadlineMs: 600_000,
  attemptMs: 600_000,
  firstEventMs: 60_000,
  idleMs: 60_000,
  contentIdleMs: 300_000,
});
