import type { StoreMode } from '../admission/store.events.js';
import type { FailureKind } from '../errors/failure-meaning.js';
import type { KeySnapshot } from '../keys/key-snapshot.js';

/** `degraded` serves, but not as it should; `down` should get no requests. */
export type HealthStatus = 'up' | 'degraded' | 'down';

/** Whether the application is in service at all. `starting` and `draining` are `down`. */
export interface LifecycleHealth {
  readonly status: HealthStatus;
  readonly phase: 'starting' | 'ready' | 'draining';
}

/** `degraded` where the key of an endpoint is refused or its source fails, `down` where none is usable anywhere. */
export interface KeyHealth {
  readonly status: HealthStatus;
  /** Endpoints that a call can be made at, as far as keys matter. */
  readonly usable: number;
  /** Endpoints there are. */
  readonly total: number;
  /** What the key of each endpoint is at that is not as it should be. */
  readonly endpoints: Readonly<Record<string, KeySnapshot['state']>>;
}

/** `degraded` while it fails and calls go on without it, `down` while it fails and they are refused. */
export interface StoreHealth {
  readonly status: HealthStatus;
  /** This process's memory, which always answers, or a `store` of one's own. */
  readonly kind: 'memory' | 'own';
  /** Who decides about limits: the store for all replicas (`shared`), or each without it; `null` with memory. */
  readonly mode: StoreMode | null;
  /** How often it failed since the start. */
  readonly failures: number;
}

/** `degraded` while it cannot be written to: what calls used waits, and no call fails for it. */
export interface LedgerHealth {
  readonly status: HealthStatus;
  /** This process's memory, or a ledger of one's own. */
  readonly kind: 'memory' | 'own';
  /** Milliseconds since it could be written to; `null` while it can be, or does not say. */
  readonly awayForMs: number | null;
  /** Bytes that wait in its journal. */
  readonly journalBytes: number;
}

/** `degraded` where an endpoint was drained by hand. */
export interface EndpointHealth {
  readonly status: HealthStatus;
  readonly total: number;
  /** Endpoints that were drained. */
  readonly drained: readonly string[];
}

/** `degraded` while a circuit refuses calls. */
export interface CircuitHealth {
  readonly status: HealthStatus;
  /** Circuits that refuse calls. */
  readonly open: number;
  /** What they are called, the first ten. */
  readonly circuits: readonly string[];
}

/** `degraded` where too few of the latest calls succeeded. What was the caller's own mistake does not count. */
export interface SuccessRateHealth {
  readonly status: HealthStatus;
  /** Calls in the window that succeeded or failed. */
  readonly calls: number;
  /** From 0 to 1; `null` as long as there are too few calls to tell. */
  readonly rate: number | null;
  /** Milliseconds since a call succeeded; `null` when none has. */
  readonly lastSuccessAgoMs: number | null;
  /** How a call failed last, and how many milliseconds ago; `null` when none has. */
  readonly lastFailure: { readonly kind: FailureKind; readonly agoMs: number } | null;
}

/** `degraded` while a hard budget is used up that is not a single user's or tag's. */
export interface BudgetHealth {
  readonly status: HealthStatus;
  /** Budgets that are used up. */
  readonly exhausted: readonly string[];
}

/** `degraded` where a line for a limit is nearly full, or nobody is let in for longer than a call may wait. */
export interface LimiterHealth {
  readonly status: HealthStatus;
  /** Calls that wait. */
  readonly queued: number;
  /** Limit domain and model class of what is saturated, e.g. `default/opus-4`, the first ten. */
  readonly saturated: readonly string[];
}

/** `degraded` where the latest active probe failed. One that is out of date counts as none. */
export interface ProbeHealth {
  readonly status: HealthStatus;
  readonly outcome: 'none' | 'succeeded' | 'failed';
  /** How it failed; `null` when it did not. */
  readonly failure: FailureKind | null;
  /** Milliseconds since it ended; `null` without one. */
  readonly agoMs: number | null;
}

/** What each rule found. */
export interface RuleReports {
  readonly key: KeyHealth;
  readonly store: StoreHealth;
  readonly ledger: LedgerHealth;
  readonly endpoint: EndpointHealth;
  readonly circuit: CircuitHealth;
  readonly successRate: SuccessRateHealth;
  readonly budget: BudgetHealth;
  readonly limiter: LimiterHealth;
  readonly probe: ProbeHealth;
}

/** How a module instance is. Plain data; holds no key, user or tag. */
export interface ClaudeHealth {
  /** The worst of what was found. */
  readonly status: HealthStatus;
  /** By rule; rules that are ignored or switched off are missing. */
  readonly rules: Readonly<Partial<RuleReports>> & { readonly lifecycle: LifecycleHealth };
}

/** Model classes and models may come from users, so there is an end to the names that are shown, and to their length. */
const MOST_NAMES = 10;
const LONGEST_NAME = 100;

/** The first ten names, none longer than anybody reads. */
export function shownNames(names: readonly string[]): readonly string[] {
  return names.slice(0, MOST_NAMES).map((name) => name.slice(0, LONGEST_NAME));
}
