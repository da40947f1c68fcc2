import type { CallRecord, ClaudeModuleOptions } from 'nestjs-claude';
import { bootClaude, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';

/** Of the one model that calls ask below, so that every figure can be worked out by hand: whole nano-dollars a token. */
const ROW = {
  models: [PARAMS.model],
  effectiveFrom: '2020-01-01',
  usdPerMillionTokens: { input: 1_000, cacheWrite5m: 1_250, cacheWrite1h: 2_000, cacheRead: 100, output: 5_000 },
};

const NANO_PER_INPUT_TOKEN = 1_000_000;
const NANO_PER_OUTPUT_TOKEN = 5_000_000;

function boot(cost: ClaudeModuleOptions['cost']): Promise<ClaudeHarness> {
  return bootClaude({ cost, rateLimit: false });
}

async function readStream({ claude }: ClaudeHarness): Promise<void> {
  for await (const event of await claude.messages.create({ ...PARAMS, stream: true })) void event;
}

function handComputed({ sim }: ClaudeHarness): number {
  const { inputTokens, outputTokens } = sim.billed.totals;
  return inputTokens * NANO_PER_INPUT_TOKEN + outputTokens * NANO_PER_OUTPUT_TOKEN;
}

function total(records: readonly CallRecord[]): number {
  return records.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? NaN), 0);
}

describe('What calls cost', () => {
  it('stands in the record of an answer and of a stream, as the API bills it', async () => {
    const app = await boot({ pricing: { rows: [ROW] } });
    await app.claude.messages.create(PARAMS);
    await readStream(app);
    expect(app.records).toHaveLength(2);
    expect(total(app.records)).toBe(handComputed(app));
    expect(total(app.records)).toBeGreaterThan(0);
    expect(app.record().attempts[0]?.cost).toMatchObject({ accuracy: 'exact', unpriced: [] });
  });

  it('is the sum over attempts, and one that failed costs nothing', async () => {
    const app = await boot({ pricing: { rows: [ROW] } });
    app.sim.onMessage().failWith(529).once();
    await app.claude.messages.create(PARAMS);
    const { attempts, costNanoUsd } = app.record();
    expect(attempts.map(({ cost }) => cost?.nanoUsd ?? null)).toEqual([null, costNanoUsd]);
    expect(costNanoUsd).toBe(handComputed(app));
  });

  it('is left uncounted with `cost: false`', async () => {
    const app = await boot(false);
    await app.claude.messages.create(PARAMS);
    expect(app.record()).toMatchObject({ costNanoUsd: null, attempts: [{ cost: null }] });
  });

  it('has a discount taken off', async () => {
    const app = await boot({ pricing: { rows: [ROW], discount: 0.25 } });
    await app.claude.messages.create(PARAMS);
    expect(total(app.records)).toBe(handComputed(app) * 0.75);
  });
});

describe('A model without a price', () => {
  const unheardOf = { ...PARAMS, model: 'claude-unheard-of' };

  it('is called, and named as unpriced, by default', async () => {
    const app = await boot({});
    await app.claude.messages.create(unheardOf).catch(() => undefined);
    expect(app.sim.requests).toHaveLength(1);
  });

  it('is refused before anything is sent where the options say so', async () => {
    const app = await boot({ pricing: { unknownModel: 'refuse' } });
    await expect(app.claude.messages.create(unheardOf)).rejects.toMatchObject({
      code: 'unpriced_model',
      model: 'claude-unheard-of',
    });
    expect(app.sim.requests).toHaveLength(0);
    expect(app.record()).toMatchObject({
      outcome: { kind: 'refused', code: 'unpriced_model' },
      attempts: [],
      costNanoUsd: 0,
    });
  });

  it('is refused in a message batch as well, and asks nothing of calls that cost nothing', async () => {
    const app = await boot({ pricing: { unknownModel: 'refuse' } });
    const requests = [PARAMS, unheardOf].map((params, n) => ({ custom_id: `request-${n}`, params }));
    await expect(app.claude.messages.batches.create({ requests })).rejects.toMatchObject({ code: 'unpriced_model' });
    expect(app.sim.requests).toHaveLength(0);
    await app.claude.messages.countTokens({ model: PARAMS.model, messages: PARAMS.messages });
    await app.claude.messages.create(PARAMS);
    expect(app.sim.requests).toHaveLength(2);
  });
});

describe('CostTrackerService', () => {
  it('calculates what a usage of the API, or of a record, costs', async () => {
    const app = await boot({ pricing: { rows: [ROW] } });
    const { usage } = await app.claude.messages.create(PARAMS);
    const cost = app.costs.calculateCost(PARAMS.model, usage);
    expect(cost.nanoUsd).toBe(app.record().costNanoUsd);
    expect(cost.costUsd).toBeCloseTo(cost.nanoUsd / 1e9, 12);
    expect(app.costs.calculateCost(PARAMS.model, app.record().usage ?? {}).nanoUsd).toBe(cost.nanoUsd);
  });

  it('uses the prices of the day it is asked about', async () => {
    const dearer = {
      ...ROW,
      effectiveFrom: '2026-06-01',
      usdPerMillionTokens: { ...ROW.usdPerMillionTokens, input: 2_000 },
    };
    const app = await boot({ pricing: { rows: [ROW, dearer] } });
    const of = (day: string): number =>
      app.costs.calculateCost(PARAMS.model, { input_tokens: 10, output_tokens: 0 }, new Date(day)).nanoUsd;
    expect([of('2026-05-31T23:59:59Z'), of('2026-06-01T00:00:00Z')]).toEqual([10_000_000, 20_000_000]);
  });

  it('estimates before a call: never less than the call then costs, in the worst case', async () => {
    const app = await boot({ pricing: { rows: [ROW] } });
    const estimate = app.costs.estimateCost(PARAMS);
    await app.claude.messages.create(PARAMS);
    const costUsd = (app.record().costNanoUsd ?? NaN) / 1e9;
    expect(estimate).toMatchObject({ model: PARAMS.model, unpriced: [], priceVersion: app.costs.priceVersion });
    expect(estimate.expectedUsd).toBeGreaterThan(0);
    expect(estimate.worstCaseUsd).toBeGreaterThanOrEqual(costUsd);
    expect(app.costs.estimateCost({ ...PARAMS, model: 'claude-unheard-of' })).toMatchObject({ worstCaseUsd: null });
  });

  it.each([
    ['no model', (app: ClaudeHarness) => app.costs.calculateCost('', {}), '`model` of calculateCost()'],
    ['no usage', (app: ClaudeHarness) => app.costs.calculateCost('m', null as never), '`usage` must be'],
    ['no date', (app: ClaudeHarness) => app.costs.calculateCost('m', {}, new Date('x')), '`at` must be'],
    ['no params', (app: ClaudeHarness) => app.costs.estimateCost({}), '`model` of estimateCost()'],
  ])('refuses %s by name', async (_, act, message) => {
    const app = await boot({});
    expect(() => act(app)).toThrow(message);
  });
});
