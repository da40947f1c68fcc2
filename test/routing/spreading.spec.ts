import type { BalancingStrategy } from 'nestjs-claude';
import { bootClaude, PARAMS, rejection } from '../support/claude-harness.js';
import { bootEndpoints, callInTurn, KEYS, perKey, THREE } from './support.js';

jest.setTimeout(20_000);

describe('Calls are spread over endpoints', () => {
  it('in turn', async () => {
    const app = await bootEndpoints(THREE, { routing: { strategy: 'round-robin' } });
    await callInTurn(app, 30);
    expect(perKey(app.sim.requests)).toEqual([10, 10, 10]);
    expect(app.records.map(({ attempts }) => attempts[0]?.endpoint).slice(0, 3)).toEqual(['e1', 'e2', 'e3']);
  });

  it('in turn, JSON and streams alike, on keys of one organization given as a list', async () => {
    const app = await bootClaude(
      { apiKey: KEYS, rateLimit: false, routing: { strategy: 'round-robin' } },
      { apiKeys: KEYS },
    );
    for (let made = 0; made < 6; made += 1) {
      await app.claude.messages.create(PARAMS);
      for await (const event of await app.claude.messages.create({ ...PARAMS, stream: true })) void event;
    }
    expect(perKey(app.sim.requests)).toEqual([4, 4, 4]);
    expect(app.endpoints.snapshot().map(({ name, limitDomain }) => [name, limitDomain])).toEqual([
      ['key-1', 'default'],
      ['key-2', 'default'],
      ['key-3', 'default'],
    ]);
  });

  it('by weight', async () => {
    const weighted = THREE.map((endpoint, index) => ({ ...endpoint, weight: index + 1 }));
    const app = await bootEndpoints(weighted, { routing: { strategy: 'weighted' } });
    await callInTurn(app, 60);
    expect(perKey(app.sim.requests)).toEqual([10, 20, 30]);
  });

  it('fewer to one that is slow', async () => {
    const app = await bootEndpoints(THREE);
    const [slow] = KEYS;
    app.sim.onMessage({ apiKey: slow }).reply('Late.').latency({ jsonMs: 600 });
    const caller = async (): Promise<void> => callInTurn(app, 25);
    await Promise.all([caller(), caller(), caller(), caller()]);
    const [first = 0, second = 0, third = 0] = perKey(app.sim.requests);
    expect(first).toBeLessThan(second / 2);
    expect(first).toBeLessThan(third / 2);
  });

  it('as a strategy of one’s own says, or as one call wants it', async () => {
    const last: BalancingStrategy = { name: 'last', pick: (candidates) => candidates.at(-1) ?? candidates[0] };
    const app = await bootEndpoints(THREE, { routing: { strategy: last } });
    await callInTurn(app, 3);
    expect(perKey(app.sim.requests)).toEqual([0, 0, 3]);
    const inTurn = app.claude.with({ strategy: 'round-robin' });
    for (let made = 0; made < 4; made += 1) await inTurn.messages.create(PARAMS);
    // The third was the last, and has its turn when the others have had theirs.
    expect(perKey(app.sim.requests)).toEqual([2, 1, 4]);
  });

  it('to the one a context names, and no other', async () => {
    const app = await bootEndpoints(THREE);
    const pinned = app.claude.with({ endpoint: 'e2' });
    for (let made = 0; made < 3; made += 1) await pinned.messages.create(PARAMS);
    expect(perKey(app.sim.requests)).toEqual([0, 3, 0]);
    app.sim.onMessage({ apiKey: KEYS[1] }).failWith(500);
    expect(await rejection(pinned.messages.create(PARAMS))).toMatchObject({ status: 500 });
    expect(perKey(app.sim.requests)).toEqual([0, 6, 0]);
    const unknown = await rejection(app.claude.with({ endpoint: 'e9' }).messages.create(PARAMS));
    expect(unknown).toMatchObject({ code: 'invalid_context' });
    expect(unknown.message).toContain("There are 'e1', 'e2', 'e3'");
  });

  it('batches, which one workspace keeps, to the first', async () => {
    const app = await bootEndpoints(THREE, { routing: { strategy: 'round-robin' } });
    const { id } = await app.claude.messages.batches.create({ requests: [{ custom_id: 'a', params: PARAMS }] });
    await app.claude.messages.batches.retrieve(id);
    expect(perKey(app.sim.requests)).toEqual([2, 0, 0]);
  });

  it('by what they serve, under the name it has there', async () => {
    const [first, second] = THREE;
    if (first === undefined || second === undefined) throw new Error('There are three.');
    const app = await bootEndpoints([
      { ...first, models: ['claude-opus-5-5'] },
      { ...second, models: { 'claude-own': 'claude-haiku-5-5' } },
    ]);
    await app.claude.messages.create({ ...PARAMS, model: 'claude-own' });
    await app.claude.messages.create({ ...PARAMS, model: 'claude-opus-5-5' });
    expect(app.sim.requests.map(({ apiKeyIndex, model }) => [apiKeyIndex, model])).toEqual([
      [1, 'claude-haiku-5-5'],
      [0, 'claude-opus-5-5'],
    ]);
    expect(app.records.map(({ model }) => model)).toEqual(['claude-own', 'claude-opus-5-5']);
    const error = await rejection(app.claude.messages.create({ ...PARAMS, model: 'claude-sonnet-5-5' }));
    expect(error).toMatchObject({ code: 'no_endpoint' });
    expect(error.message).toContain("serves the model 'claude-sonnet-5-5'");
  });

  it('not to one that is drained, until it is restored', async () => {
    const app = await bootEndpoints(THREE, { routing: { strategy: 'round-robin' } });
    app.endpoints.drain('e2');
    await callInTurn(app, 4);
    expect(perKey(app.sim.requests)).toEqual([2, 0, 2]);
    expect(app.endpoints.snapshot()[1]).toMatchObject({ name: 'e2', obstacle: 'drained', attempts: 0, inFlight: 0 });
    app.endpoints.restore('e2');
    await callInTurn(app, 2);
    expect(perKey(app.sim.requests)[1]).toBeGreaterThan(0);
    for (const { name } of THREE) app.endpoints.drain(name);
    expect(await rejection(app.claude.messages.create(PARAMS))).toMatchObject({ code: 'no_endpoint' });
    expect(() => app.endpoints.drain('e9')).toThrow("There are 'e1', 'e2', 'e3'.");
  });
});

describe('Sticky routing', () => {
  const CONVERSATIONS = 120;
  const AT_ONCE = 20;
  const CACHED = { ...PARAMS, cache_control: { type: 'ephemeral' as const } };

  /** Conversations of two turns, the second of which finds the first in the prompt cache, or does not. */
  async function talk(strategy: 'sticky' | 'random'): Promise<{ readonly hits: number; readonly load: number }> {
    const app = await bootEndpoints(THREE, { routing: { strategy } }, { seed: 3 });
    let hits = 0;
    const converse = async (id: number): Promise<void> => {
      const first = { role: 'user' as const, content: `Conversation ${id}: tell me about the sea.` };
      const { content } = await app.claude.messages.create({ ...CACHED, messages: [first] });
      const messages = [first, { role: 'assistant' as const, content }, { role: 'user' as const, content: 'And?' }];
      const { usage } = await app.claude.messages.create({ ...CACHED, messages });
      if ((usage.cache_read_input_tokens ?? 0) > 0) hits += 1;
    };
    for (let begun = 0; begun < CONVERSATIONS; begun += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => converse(begun + index)));
    }
    const most = Math.max(...app.endpoints.snapshot().map(({ attempts }) => attempts));
    return { hits: hits / CONVERSATIONS, load: most / ((2 * CONVERSATIONS) / THREE.length) };
  }

  it('keeps a conversation where its cache is warm, and no endpoint above 1.25 of its share', async () => {
    const sticky = await talk('sticky');
    const random = await talk('random');
    expect(sticky.hits).toBeGreaterThan(0.95);
    expect(sticky.load).toBeLessThanOrEqual(1.25);
    // A third by chance: within four standard deviations.
    expect(Math.abs(random.hits - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / CONVERSATIONS));
  }, 30_000);
});
