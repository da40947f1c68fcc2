import type { GivenKey } from '../../keys/key-source.js';

/** How large a difference may be before it counts. What is larger than either of them counts. */
export interface ReconciliationTolerance {
  /** Share of what was billed, or booked, whichever is more, from 0 to 1. Default 0. */
  readonly share?: number;
  /** US dollars. Default 0. */
  readonly usd?: number;
}

/** How the ledger is compared with what Anthropic bills. */
export interface ReconciliationOptions {
  /** A key of the Admin API (`sk-ant-admin...`), a function or a source that gives one. A key for calls does not do. */
  readonly adminKey: GivenKey;
  /**
   * Id of the workspace that each endpoint's keys belong to, by the endpoint's name; `null` for the default workspace, which
   * has no id. Only what these endpoints and workspaces used is compared then, by day, model and workspace. Default: the whole
   * organization, by day and model.
   */
  readonly workspaces?: Readonly<Record<string, string | null>>;
  readonly tolerance?: ReconciliationTolerance;
  /**
   * Milliseconds after the end of a day in which its reports may still grow, so that a difference does not count yet. Usage
   * appears within minutes as a rule, and sometimes late ("Usage and Cost API" in the Anthropic API docs). Default 3,600,000.
   */
  readonly freshnessMs?: number;
}

export const RECONCILIATION_DEFAULTS = Object.freeze({
  freshnessMs: 3_600_000,
  tolerance: Object.freeze({ share: 0, usd: 0 }),
});
