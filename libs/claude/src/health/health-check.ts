import type { ClaudeRuntime } from '../claude.runtime.js';
import { ActiveProbe } from './active-probe.js';
import type { ClaudeHealth, HealthStatus, LifecycleHealth, RuleReports } from './health-report.js';
import { HEALTH_RULES, type HealthRule, type HealthRuleOptions, type HealthSettings } from './health.options.js';
import { BudgetRule } from './rules/budget.rule.js';
import { circuitHealth } from './rules/circuit.rule.js';
import { endpointHealth } from './rules/endpoint.rule.js';
import { keyHealth } from './rules/key.rule.js';
import { ledgerHealth } from './rules/ledger.rule.js';
import { LimiterRule } from './rules/limiter.rule.js';
import { storeHealth } from './rules/store.rule.js';
import { SuccessRateRule } from './rules/success-rate.rule.js';

type Looks = { readonly [R in HealthRule]?: () => RuleReports[R] };

/** Looks at an instance by all rules that say something of it. Looking is done in memory and waits for nobody. */
export class HealthCheck {
  readonly #settings: HealthSettings;
  readonly #looks: Looks;
  readonly #probe: ActiveProbe | null;
  readonly #unobserve: () => void;

  constructor(runtime: ClaudeRuntime) {
    const { settings, observers, clock } = runtime;
    this.#settings = settings.health;
    const successRate = new SuccessRateRule(settings.health.successRate, clock);
    this.#unobserve = observers.observe('health', (record) => successRate.hear(record));
    this.#probe = probeOf(runtime);
    this.#looks = { ...looksAt(runtime), successRate: () => successRate.look(), ...looksBy(this.#probe) };
  }

  look(phase: LifecycleHealth['phase'], options: HealthRuleOptions): ClaudeHealth {
    const { failReadinessOn = this.#settings.failReadinessOn, ignore = this.#settings.ignore } = options;
    let status: HealthStatus = phase === 'ready' ? 'up' : 'down';
    const rules: Record<string, { readonly status: HealthStatus }> = {
      lifecycle: { status, phase } as LifecycleHealth,
    };
    for (const rule of HEALTH_RULES) {
      const found = ignore.includes(rule) ? undefined : this.#looks[rule]?.();
      if (found === undefined) continue;
      const fails = found.status === 'degraded' && failReadinessOn.includes(rule);
      rules[rule] = fails ? { ...found, status: 'down' } : found;
      status = worse(status, fails ? 'down' : found.status);
    }
    return { status, rules: rules as unknown as ClaudeHealth['rules'] };
  }

  /** Asks nobody anything any more. Harmless when closed before. */
  close(): void {
    this.#probe?.close();
    this.#unobserve();
  }
}

function looksAt(runtime: ClaudeRuntime): Looks {
  const { settings, pool, circuits, budgets, boundedStore } = runtime;
  const { rateLimit, storeOutage, health, cost } = settings;
  const limits = rateLimit !== false && rateLimit.mode === 'enforce';
  const hasHardBudget = budgets.accounts.some(({ budget }) => budget.mode === 'hard');
  const refusesWithout =
    (limits && storeOutage.limits === 'closed') || (hasHardBudget && storeOutage.hardBudgets === 'closed');
  const budget = new BudgetRule(budgets);
  const limiter = new LimiterRule(runtime.limiter, runtime.store, runtime.clock, health.queueThreshold);
  return {
    key: () => keyHealth(pool.endpoints),
    store: () => storeHealth(boundedStore, refusesWithout),
    endpoint: () => endpointHealth(pool.endpoints),
    ...(settings.circuit === false ? {} : { circuit: () => circuitHealth(circuits.ofCalls()) }),
    ...(cost === false ? {} : { ledger: () => ledgerHealth(cost.ledger.store), budget: () => budget.look() }),
    ...(limits ? { limiter: () => limiter.look() } : {}),
  };
}

function looksBy(probe: ActiveProbe | null): Looks {
  return probe === null ? {} : { probe: () => probe.look() };
}

function probeOf({ settings, client, pool, clock, random }: ClaudeRuntime): ActiveProbe | null {
  const { probe } = settings.health;
  // Foreign clients have no list of models.
  const asked = pool.endpoints.find(({ options }) => options.client === null);
  if (probe === false || asked === undefined) return null;
  return new ActiveProbe({ client, endpoint: asked.name, settings: probe, clock, random });
}

const SEVERITY: Readonly<Record<HealthStatus, number>> = { up: 0, degraded: 1, down: 2 };

function worse(one: HealthStatus, other: HealthStatus): HealthStatus {
  return SEVERITY[other] > SEVERITY[one] ? other : one;
}
