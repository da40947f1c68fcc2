import Anthropic from '@anthropic-ai/sdk';
import type { ClaudeModuleOptions, ReconciliationDifference, ReconciliationOptions } from 'nestjs-claude';
import type { SimulatorOptions } from 'nestjs-claude/testing';
import { systemClock } from '../../libs/claude/src/call/clock.js';
import { bootClaude, SIMULATED_KEY, type ClaudeHarness, type TestWorld } from '../support/claude-harness.js';
import { WatchedClock } from '../support/watched-clock.js';

export const ADMIN_KEY = 'sk-ant-admin01-simulated-admin-key-0123456789';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** The second of November, ten in the morning. */
const START_MS = Date.UTC(2026, 10, 2, 10);

/** A clock that starts on that morning. */
export function clockOfNovember(startMs = START_MS): WatchedClock {
  const beganAt = systemClock.now();
  return new WatchedClock({
    now: () => systemClock.now(),
    wall: () => startMs + systemClock.now() - beganAt,
    setTimer: (callback, delayMs, awaited) => systemClock.setTimer(callback, delayMs, awaited),
  });
}

type CostOptions = Exclude<ClaudeModuleOptions['cost'], false | undefined>;

interface Given {
  readonly reconciliation?: Partial<ReconciliationOptions>;
  readonly cost?: Omit<CostOptions, 'reconciliation'>;
  readonly claude?: Omit<ClaudeModuleOptions, 'baseURL' | 'cost'>;
  readonly simulator?: SimulatorOptions;
  readonly world?: TestWorld;
}

/** The module, with an admin key that the simulator takes. */
export function bootReconciled({ reconciliation, cost, claude, simulator, world }: Given = {}): Promise<ClaudeHarness> {
  const clock = world?.clock ?? clockOfNovember();
  return bootClaude(
    { rateLimit: false, ...claude, cost: { ...cost, reconciliation: { adminKey: ADMIN_KEY, ...reconciliation } } },
    { adminKeys: [ADMIN_KEY], clock, ...simulator },
    { ...world, clock },
  );
}

/** A client that nobody books the use of. */
export function strangerAt({ sim }: ClaudeHarness, apiKey = SIMULATED_KEY): Anthropic {
  return new Anthropic({ apiKey, baseURL: sim.url, maxRetries: 0, logLevel: 'off' });
}

/** Each difference in a few words. */
export function inShort(differences: readonly ReconciliationDifference[]): string[] {
  return differences.map(({ day, by, name, workspace, kind }) =>
    [day, by, name, ...(workspace === null ? [] : [`in ${workspace || 'default'}`])].join(' ').concat(`: ${kind}`),
  );
}
