import type Anthropic from '@anthropic-ai/sdk';
import type { GivenStrategy } from 'nestjs-claude';
import type { ClaudeHarness } from '../support/claude-harness.js';
import { bootWith, conversation, LARGE, prose, readAll, SIMPLE } from './support.js';

type Params = Anthropic.MessageCreateParamsNonStreaming;

const ANSWER = prose(40);

const LONG_SYSTEM: Params = { ...SIMPLE, system: prose(20_000), messages: [{ role: 'user', content: prose(30) }] };

const PLAIN: Params = {
  ...SIMPLE,
  messages: [{ role: 'user', content: 'Compare these two phones, and reason about it' }],
};

/** Each call with a known answer; what a strategy is for, and what none is. */
const WORKLOAD: readonly Params[] = [
  SIMPLE,
  PLAIN,
  LONG_SYSTEM,
  conversation(12),
  LONG_SYSTEM,
  SIMPLE,
  conversation(20),
  LONG_SYSTEM,
  ...[1, 2, 3, 4].map((questions) => Object.assign(conversation(questions, 4_000), { system: prose(6_000) })),
  PLAIN,
  LONG_SYSTEM,
];

const STRATEGIES: readonly GivenStrategy[] = [
  'smaller-model',
  { use: 'trim-history', maxInputTokens: 1_000, keepTurns: 2 },
  'cache-breakpoints',
  'shorter-answer',
];

/** Without trimming: a conversation that is trimmed at each turn has no beginning that stays the same. */
const CACHING: readonly GivenStrategy[] = ['cache-breakpoints'];

const TODAY = { days: 1 };

async function run(strategies: readonly GivenStrategy[], dryRun: boolean, streams: boolean): Promise<ClaudeHarness> {
  const app = await bootWith(strategies, dryRun);
  app.sim.onMessage().reply(ANSWER);
  for (const params of WORKLOAD) {
    if (streams) await readAll(app, params);
    else await app.claude.messages.create(params);
  }
  return app;
}

async function figures(app: ClaudeHarness): Promise<{ cost: number; saved: number; couldSave: number; told: number }> {
  const { totalCostNanoUsd: cost } = await app.costs.getSummary(TODAY);
  const { optimizationSaved, optimizationCouldSave } = await app.costs.getSavings(TODAY);
  const told = app.records.reduce((sum, { optimization }) => sum + (optimization?.savingNanoUsd ?? 0), 0);
  return { cost, saved: optimizationSaved.nanoUsd, couldSave: optimizationCouldSave.nanoUsd, told };
}

function expectWithinAPercent(actual: number, expected: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(0.01);
}

describe.each([
  ['JSON', false],
  ['streams', true],
])('Savings of a workload with known answers, as %s', (_, streams) => {
  it.each([
    ['each alone: smaller-model', ['smaller-model'] as const],
    ['each alone: trim-history', [STRATEGIES[1] as GivenStrategy]],
    ['each alone: cache-breakpoints', CACHING],
    ['all together', STRATEGIES],
  ])(
    'are the same in a dry run and for real, and in the ledger: %s',
    async (_name, strategies) => {
      const dry = await figures(await run(strategies, true, streams));
      const real = await figures(await run(strategies, false, streams));
      expect(real.saved).toBeGreaterThan(0);
      expectWithinAPercent(real.saved, dry.couldSave);
      expectWithinAPercent(dry.cost - real.cost, real.saved);
      expect([real.told, dry.told]).toEqual([real.saved, dry.couldSave]);
      expect([dry.saved, real.couldSave]).toEqual([0, 0]);
    },
    30_000,
  );
});

describe('What the service tells', () => {
  it('is the sum of the records, by strategy', async () => {
    const app = await run(STRATEGIES, false, false);
    const { calls, savingNanoUsd, wastedNanoUsd, byStrategy } = app.optimizer.summary();
    const changed = app.records.flatMap(({ optimization }) => optimization ?? []);
    expect(calls).toBe(changed.length);
    expect(savingNanoUsd).toBe(changed.reduce((sum, each) => sum + (each.savingNanoUsd ?? 0), 0));
    expect(wastedNanoUsd).toBe(0);
    for (const { strategy, ...sums } of byStrategy) {
      const own = changed.flatMap(({ decisions }) => decisions.filter((each) => each.strategy === strategy));
      expect(sums).toEqual({
        calls: own.length,
        expectedSavingNanoUsd: own.reduce((sum, each) => sum + (each.expectedSavingNanoUsd ?? 0), 0),
        savingNanoUsd: own.reduce((sum, each) => sum + (each.savingNanoUsd ?? 0), 0),
      });
    }
    expect(byStrategy.map(({ strategy }) => strategy)).toEqual(app.optimizer.strategies);
    expect(byStrategy.filter((each) => each.calls > 0).length).toBe(3);
    expect(app.records.filter(({ model }) => model === LARGE)).toHaveLength(WORKLOAD.length);
  }, 30_000);
});
