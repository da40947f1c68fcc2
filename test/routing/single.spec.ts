import { eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { HeldAnswers } from '../support/limit-harness.js';
import { bootEndpoints, callInTurn, KEYS, THREE } from './support.js';

const [ONLY] = THREE;
if (ONLY === undefined) throw new Error('There are three.');

/** Limits that none of these calls comes near. */
const AMPLE = { requestsPerMinute: 1_000, inputTokensPerMinute: 1e6, outputTokensPerMinute: 1e6 };

function drainedError({ claude }: ClaudeHarness): Promise<Error> {
  return rejection(claude.messages.create(PARAMS));
}

describe('A single endpoint', () => {
  it('gets nothing while it is drained, batches and what names it included', async () => {
    const app = await bootEndpoints([ONLY]);
    app.endpoints.drain('e1');
    const error = await drainedError(app);
    expect(error).toMatchObject({ code: 'no_endpoint' });
    expect(error.message).toContain("`EndpointPoolService.restore('e1')`");
    const { batches } = app.claude.messages;
    const batch = { requests: [{ custom_id: 'a', params: PARAMS }] };
    expect(await rejection(batches.create(batch))).toMatchObject({ code: 'no_endpoint' });
    const pinned = app.claude.with({ endpoint: 'e1' });
    expect(await rejection(pinned.messages.create(PARAMS))).toMatchObject({ code: 'no_endpoint' });
    expect(app.records.map(({ outcome }) => outcome.kind)).toEqual(['refused', 'refused', 'refused']);
    expect(app.sim.requests).toHaveLength(0);
    expect(app.endpoints.snapshot()).toMatchObject([{ obstacle: 'drained' }]);
    app.endpoints.restore('e1');
    await app.claude.messages.create(PARAMS);
    await batches.create(batch);
    expect(app.sim.requests).toHaveLength(2);
  });

  it('counts its attempts, and those under way', async () => {
    const app = await bootEndpoints([ONLY]);
    const held = new HeldAnswers();
    app.sim.onMessage().failWith(500).once();
    await callInTurn(app, 1);
    app.sim.onMessage().reply(held.reply);
    const call = app.claude.messages.create(PARAMS);
    await held.untilHeld(1);
    expect(app.endpoints.snapshot()).toMatchObject([{ name: 'e1', attempts: 3, inFlight: 1, obstacle: null }]);
    held.letGo();
    await call;
    expect(app.endpoints.snapshot()).toMatchObject([{ attempts: 3, inFlight: 0 }]);
  });

  it('serves the models of its list, under the names they have there, and no others', async () => {
    const app = await bootEndpoints([{ ...ONLY, models: { 'claude-own': 'claude-haiku-5-5' } }]);
    await app.claude.messages.create({ ...PARAMS, model: 'claude-own' });
    const error = await rejection(app.claude.messages.create(PARAMS));
    expect(error).toMatchObject({ code: 'no_endpoint' });
    expect(error.message).toContain("'e1' does not serve the model 'claude-haiku-5-5'");
    await app.claude.models.list();
    expect(app.sim.requests.map(({ model }) => model ?? null)).toEqual(['claude-haiku-5-5', null]);
  });

  it('has no more under way than its `maxConcurrent`', async () => {
    const app = await bootEndpoints([{ ...ONLY, maxConcurrent: 1 }], { rateLimit: AMPLE });
    const held = new HeldAnswers();
    app.sim.onMessage().reply(held.reply);
    const calls = [1, 2].map(() => app.claude.messages.create(PARAMS));
    await held.untilHeld(1);
    held.letGo();
    await held.untilHeld(1);
    held.letGo();
    await Promise.all(calls);
    expect(held.atOnce).toBe(1);
  });

  it('is the one a context may name', async () => {
    const app = await bootEndpoints([ONLY]);
    await app.claude.with({ endpoint: 'e1', strategy: 'random' }).messages.create(PARAMS);
    const error = await rejection(app.claude.with({ endpoint: 'e2' }).messages.create(PARAMS));
    expect(error).toMatchObject({ code: 'invalid_context' });
    expect(error.message).toContain("There are 'e1'.");
    expect(app.sim.requests).toHaveLength(1);
  });

  it('fails as it does by itself: an open circuit, a refused key and a forbidden model have errors of their own', async () => {
    const app = await bootEndpoints([ONLY], { circuit: { consecutiveFailures: 2 }, retry: { baseDelayMs: 1 } });
    app.sim.onMessage().failWith(403).times(4);
    for (let made = 0; made < 4; made += 1) {
      expect(await rejection(app.claude.messages.create(PARAMS))).toMatchObject({ status: 403 });
    }
    app.sim.onMessage().failWith(500).once();
    await app.claude.messages.create(PARAMS);
    expect(app.record().attempts.map(({ status }) => status)).toEqual([500, 200]);
    app.sim.onMessage().failWith(500);
    await rejection(app.claude.messages.create(PARAMS));
    expect(await rejection(app.claude.messages.create(PARAMS))).toMatchObject({ code: 'circuit_open' });

    const other = await bootEndpoints([ONLY]);
    other.sim.onMessage().failWith(401);
    expect(await rejection(other.claude.messages.create(PARAMS))).toMatchObject({ status: 401 });
    expect(await rejection(other.claude.messages.create(PARAMS))).toMatchObject({ code: 'key_unavailable' });
  });

  it('lets those who wait for it go when it is drained', async () => {
    const app = await bootEndpoints([{ ...ONLY, maxConcurrent: 1 }], { rateLimit: AMPLE });
    const held = new HeldAnswers();
    app.sim.onMessage({ apiKey: KEYS[0] }).reply(held.reply);
    const running = app.claude.messages.create(PARAMS);
    await held.untilHeld(1);
    const waiting = rejection(app.claude.messages.create(PARAMS));
    await eventually(() => app.claude.activeCalls === 2, 'both calls were under way');
    app.endpoints.drain('e1');
    expect(await waiting).toMatchObject({ code: 'no_endpoint' });
    held.letGo();
    await running;
    expect(app.sim.requests).toHaveLength(1);
  });
});
