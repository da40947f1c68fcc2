import type { Awaitable } from '../admission/admission-store.js';
import type { StoreMode } from '../admission/store.events.js';
import { isPending } from '../admission/turnstile.js';
import type { CircuitSnapshot } from '../circuit/circuit-snapshot.js';
import type { ClaudeRuntime } from '../claude.runtime.js';
import type { LedgerStanding } from '../cost/ledger/usage-ledger.js';
import type { SinkStats } from '../cost/ledger/usage-sink.js';
import { budgetsRemaining, budgetsReserved, budgetsUsed, readBudgets } from './budget-samples.js';
import type { CounterName, GaugeName } from './catalogue/catalogue.js';
import { INSTANCE } from './catalogue/metric-definition.js';
import type { Feed, Labels, Sample } from './fed-metric.js';
import type { InstanceLabels } from './instance-labels.js';
import { headroom, headroomRatio, limitWaits, queueLengths, readLimits } from './limit-samples.js';
import { Growth } from './growth.js';
import { OnceAScrape } from './once-a-scrape.js';

/** What `anthropic_circuit_state` says, by the state of a circuit. */
export const CIRCUIT_STATES = {
  closed: 0,
  'half-open': 1,
  open: 2,
  isolated: 3,
} as const satisfies Readonly<Record<CircuitSnapshot['state'], number>>;

/** What `anthropic_store_mode` says, by who decides about limits. */
export const STORE_MODES = { shared: 0, local: 1, open: 2, closed: 3 } as const satisfies Readonly<
  Record<StoreMode, number>
>;

/** The observer that failures to tell how things stand are counted for. */
export const SCRAPE = 'scrape';

/** How one instance stands, asked each time somebody wants to know. */
export class StateFeeds {
  readonly #own: Labels;
  readonly #limits = new OnceAScrape(() => readLimits(this.runtime, this.labels));
  readonly #budgets = new OnceAScrape(() => readBudgets(this.runtime, this.#own));
  readonly #sinkFailures = new Growth();
  readonly #sinkDrops = new Growth();
  readonly #storeGrowth = new Growth();
  readonly #journalDrops = new Growth();
  readonly #observerGrowth = new Growth();
  #failures = 0;

  constructor(
    private readonly runtime: ClaudeRuntime,
    private readonly labels: InstanceLabels,
  ) {
    this.#own = Object.freeze({ [INSTANCE]: labels.instance });
  }

  /** What it tells, by metric. One that cannot tell is left out of what is read, and that is counted. */
  get feeds(): Readonly<Partial<Record<CounterName | GaugeName, Feed>>> {
    const { runtime, labels } = this;
    return {
      anthropic_active_requests: this.#guarded(() => [[{}, runtime.liveCalls.size]]),
      anthropic_circuit_state: this.#guarded(() => this.#circuits()),
      anthropic_limit_headroom: this.#guarded(async () => headroom(await this.#limits.read())),
      anthropic_limit_headroom_ratio: this.#guarded(async () => headroomRatio(await this.#limits.read())),
      anthropic_limit_wait_seconds: this.#guarded(async () => limitWaits(await this.#limits.read())),
      anthropic_queue_length: this.#guarded(() => queueLengths(runtime, labels)),
      anthropic_concurrency_limit: this.#guarded(() => this.#concurrency('limit')),
      anthropic_concurrency_in_flight: this.#guarded(() => this.#concurrency('inFlight')),
      anthropic_budget_remaining_usd: this.#guarded(async () => budgetsRemaining(await this.#budgets.read())),
      anthropic_budget_reserved_usd: this.#guarded(async () => budgetsReserved(await this.#budgets.read())),
      anthropic_budget_used_ratio: this.#guarded(async () => budgetsUsed(await this.#budgets.read())),
      anthropic_sink_queue_length: this.#guarded(() => this.#sinks('queued')),
      anthropic_sink_failures_total: this.#guarded(() => this.#sinkFailures.since(this.#sinks('failures'))),
      anthropic_sink_dropped_total: this.#guarded(() => this.#sinkDrops.since(this.#sinks('dropped'))),
      anthropic_store_failures_total: this.#guarded(() => this.#storeGrowth.since(this.#store('failures'))),
      anthropic_store_mode: this.#guarded(() => this.#storeMode()),
      anthropic_store_replicas: this.#guarded(() => this.#store('replicas')),
      anthropic_store_journal_length: this.#guarded(() => this.#store('journal')),
      anthropic_store_journal_dropped_total: this.#guarded(() =>
        this.#journalDrops.since(this.#store('journalDropped')),
      ),
      anthropic_ledger_away_seconds: this.#guarded(() => this.#ledger(({ awayForMs }) => (awayForMs ?? 0) / 1_000)),
      anthropic_ledger_journal_bytes: this.#guarded(() => this.#ledger(({ journalBytes }) => journalBytes)),
      anthropic_observer_failures_total: this.#guarded(() => this.#observerGrowth.since(this.#observers())),
    };
  }

  #circuits(): readonly Sample[] {
    const snapshots = this.runtime.circuits.snapshot();
    return snapshots.map(({ key, state }) => [
      { ...this.#own, circuit: this.labels.circuit(key) },
      CIRCUIT_STATES[state],
    ]);
  }

  #concurrency(field: 'limit' | 'inFlight'): readonly Sample[] {
    return Array.from(this.runtime.limiter.concurrency, ([endpoint, places]) => [
      { ...this.#own, endpoint: this.labels.endpoint(endpoint) },
      places[field],
    ]);
  }

  #sinks(field: keyof Omit<SinkStats, 'name'>): readonly Sample[] {
    return this.runtime.costs.sinks.map((sink) => [{ ...this.#own, sink: sink.name }, sink[field]]);
  }

  #store(field: 'failures' | 'replicas' | 'journal' | 'journalDropped'): readonly Sample[] {
    const stats = this.runtime.boundedStore?.stats;
    return stats === undefined ? [] : [[this.#own, stats[field]]];
  }

  #storeMode(): readonly Sample[] {
    const stats = this.runtime.boundedStore?.stats;
    return stats === undefined ? [] : [[this.#own, STORE_MODES[stats.mode]]];
  }

  #ledger(valueOf: (standing: LedgerStanding) => number): readonly Sample[] {
    const { standing } = this.runtime.costs.ledger;
    return standing === undefined ? [] : [[this.#own, valueOf(standing)]];
  }

  #observers(): readonly Sample[] {
    const { observers, storeWaits } = this.runtime;
    const all = [...observers.failures, ...storeWaits.failures, [SCRAPE, this.#failures] as const];
    return all.map(([observer, failures]) => [{ ...this.#own, observer }, failures]);
  }

  #guarded(feed: () => Awaitable<readonly Sample[]>): Feed {
    const failed = (): readonly Sample[] => {
      this.#failures += 1;
      return [];
    };
    return () => {
      try {
        const samples = feed();
        return isPending(samples) ? samples.then(undefined, failed) : samples;
      } catch {
        return failed();
      }
    };
  }
}
