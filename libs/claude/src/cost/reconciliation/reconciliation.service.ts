import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ClaudeRuntime } from '../../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../../claude.tokens.js';
import { isOfEndpoints } from '../budgets/budget-account.js';
import type { UsagePeriod } from '../ledger/usage-period.js';
import { noAdminKey, openAdminClient, type AdminClient } from './admin-client.js';
import { bookedDays, type BookedDays } from './booked.js';
import { daysOf } from './days.js';
import type { ReconciliationDifference } from './difference.js';
import { nameLapsed } from './name-lapsed.js';
import { LapsedReservations, type ClosedDays } from './lapsed-reservations.js';
import { Reconciliation, type Findings } from './reconciliation.js';
import type { ReconciliationOptions } from './reconciliation.options.js';
import type { ReconciliationReport } from './reconciliation.report.js';
import { paysFor, workspacesOf, type Workspaces } from './workspaces.js';

/** What {@link ReconciliationService.reconcile} may do. */
export interface ReconcileOptions {
  /** Lowers what lapsed reservations stand in budgets at to what the bill says. Default false: it is only told. */
  readonly correct?: boolean;
}

/** Compares the ledger of this module instance with what Anthropic bills, through the Admin API. */
@Injectable()
export class ReconciliationService implements OnApplicationShutdown {
  /** Internal: what tells its tokens from those of other services. */
  static readonly tokenKey = 'reconciliation';

  readonly #runtime: ClaudeRuntime;
  readonly #workspaces: Workspaces;
  readonly #booked: BookedDays;
  #client: AdminClient | null = null;

  constructor(@Inject(CLAUDE_RUNTIME) runtime: object) {
    this.#runtime = runtime as ClaudeRuntime;
    this.#workspaces = workspacesOf(this.#options?.workspaces);
    this.#booked = bookedDays(this.#runtime.costs.ledger, this.#workspaces);
    const adminKey = this.#options?.adminKey;
    if (typeof adminKey === 'string') this.#runtime.redactor.known.add(adminKey.trim());
  }

  /**
   * Compares whole days of UTC: those the period touches, up to today. Of today, and of days that ended within
   * `cost.reconciliation.freshnessMs`, differences are told and do not count.
   *
   * @param period Default: the last seven days.
   * @throws InvalidOptionsError without `cost.reconciliation`, or for a period that is none.
   * @throws KeyUnavailableError where the admin key is refused. Else what calls throw once their retries are used up.
   */
  async reconcile(
    period: UsagePeriod = { days: 7 },
    { correct = false }: ReconcileOptions = {},
  ): Promise<ReconciliationReport> {
    const { costs, budgets, store, clock } = this.#runtime;
    const options = this.#options;
    if (options === null) throw noAdminKey();
    const days = daysOf(period, clock.wall());
    // What calls used a moment ago would look like what lapsed.
    await costs.flush();
    const reservations = new LapsedReservations({ budgets, store, ledger: costs.ledger, clock });
    const lapsed = await reservations.find();
    this.#client ??= openAdminClient(options.adminKey, this.#runtime);
    const parts = { booked: this.#booked, workspaces: this.#workspaces, client: this.#client, clock, options };
    const found = await new Reconciliation(parts).compare(days);
    const corrections = await reservations.correct(lapsed, this.#closedDays(found), correct);
    return { ...found, differences: nameLapsed(found.differences, lapsed, this.#workspaces), corrections };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#client?.close();
  }

  #closedDays({ period, openDays, differences }: Findings): ClosedDays {
    const closed = differences.filter(({ by, isOpen }) => by === 'model' && !isOpen);
    const workspaces = this.#workspaces;
    const endpoints = this.#runtime.pool.endpoints.map(({ name }) => name);
    return {
      fromMs: Date.parse(period.from),
      toMs: Date.parse(openDays[0] ?? period.to),
      covers: ({ budget: { scope }, who }) =>
        (isOfEndpoints(scope) ? [who] : endpoints).every((name) => workspaces.ofEndpoint(name) !== undefined),
      unbookedNanoUsd: (account, sinceMs) =>
        closed
          .filter((each) => Date.parse(each.day) >= sinceMs && paysFor(account, each, workspaces))
          .reduce((total, { difference }) => total + unbooked(difference), 0),
    };
  }

  get #options(): ReconciliationOptions | null {
    const { cost } = this.#runtime.settings;
    return cost === false ? null : cost.reconciliation;
  }
}

function unbooked({ costNanoUsd }: ReconciliationDifference['difference']): number {
  return Math.max(0, costNanoUsd);
}
