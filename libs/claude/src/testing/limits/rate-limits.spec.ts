import { RateLimitError } from '@anthropic-ai/sdk';
import { ManualClock } from '../clock/manual-clock.js';
import { clientOf, errorOf, HELLO, rejectionOf, send, startSimulator } from '../spec-support/harness.js';

const START_MS = Date.UTC(2026, 10, 23, 12);

/** The `anthropic-ratelimit-*` headers of an answer, without the prefix. */
function limitsOf(response: Response): Record<string, string> {
  const prefix = 'anthropic-ratelimit-';
  const entries = [...response.headers].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}

function ask(simulator: Parameters<typeof send>[0], body: object = HELLO, apiKey = 'a'): Promise<Response> {
  return send(simulator, '/v1/messages', { body, headers: { authorization: `Bearer ${apiKey}` } });
}

describe('rate limits', () => {
  it('show in headers even when nothing is enforced', async () => {
    const response = await ask(await startSimulator());
    expect(response.status).toBe(200);
    expect(Number(limitsOf(response)['requests-remaining'])).toBeGreaterThan(1_000_000);
    expect(Object.keys(limitsOf(response))).toHaveLength(12);
  });

  it('tell limit, remainder and time of full refill', async () => {
    const clock = new ManualClock(START_MS);
    const limits = { requestsPerMinute: 60, inputTokensPerMinute: 10_000, outputTokensPerMinute: 8_000 };
    const simulator = await startSimulator({ clock, limits });
    const first = await ask(simulator, { ...HELLO, messages: [{ role: 'user', content: 'x'.repeat(10_000) }] });
    expect(limitsOf(first)).toEqual({
      'requests-limit': '60',
      'requests-remaining': '59',
      'requests-reset': '2026-11-23T12:00:01Z',
      'input-tokens-limit': '10000',
      'input-tokens-remaining': '7000',
      'input-tokens-reset': '2026-11-23T12:00:16Z',
      'output-tokens-limit': '8000',
      'output-tokens-remaining': '8000',
      'output-tokens-reset': '2026-11-23T12:00:00Z',
      'tokens-limit': '18000',
      'tokens-remaining': '15000',
      'tokens-reset': '2026-11-23T12:00:16Z',
    });
  });

  it('show the one kind of token that is limited as all tokens', async () => {
    const simulator = await startSimulator({ clock: new ManualClock(), limits: { outputTokensPerMinute: 5_000 } });
    expect(limitsOf(await ask(simulator))).toMatchObject({ 'tokens-limit': '5000', 'tokens-remaining': '5000' });
  });

  it('refuse with a 429 until the bucket has refilled', async () => {
    const clock = new ManualClock(START_MS);
    const simulator = await startSimulator({ clock, limits: { requestsPerMinute: 2 } });
    const client = clientOf(simulator);
    await client.messages.create(HELLO);
    await client.messages.create(HELLO);
    const error = await rejectionOf(client.messages.create(HELLO));
    expect(error).toBeInstanceOf(RateLimitError);
    const { headers, apiMessage } = error as RateLimitError;
    expect(apiMessage).toContain('rate limit of 2 requests per minute');
    expect([headers.get('retry-after'), headers.get('anthropic-ratelimit-requests-remaining')]).toEqual(['30', '0']);
    clock.advance(29_999);
    await expect(client.messages.create(HELLO)).rejects.toThrow(RateLimitError);
    clock.advance(1);
    await expect(client.messages.create(HELLO)).resolves.toBeDefined();
  });

  it('count input tokens at the start and refuse what does not fit', async () => {
    const simulator = await startSimulator({ clock: new ManualClock(), limits: { inputTokensPerMinute: 1_000 } });
    const body = { ...HELLO, messages: [{ role: 'user', content: 'x'.repeat(2_800) }] };
    expect((await ask(simulator, body)).status).toBe(200);
    const refused = await ask(simulator, body);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '25']);
    expect((await errorOf(refused)).message).toContain('1000 input tokens');
  });

  it('do not count cache reads', async () => {
    const simulator = await startSimulator({ clock: new ManualClock(), limits: { inputTokensPerMinute: 1_000 } });
    const system = [{ type: 'text', text: 'x'.repeat(3_200), cache_control: { type: 'ephemeral' } }];
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await ask(simulator, { ...HELLO, system })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
  });

  it('count output as it is generated, whatever max_tokens says', async () => {
    const simulator = await startSimulator({ clock: new ManualClock(), limits: { outputTokensPerMinute: 100 } });
    simulator.onMessage().reply('x'.repeat(800));
    const body = { ...HELLO, max_tokens: 100_000 };
    expect((await ask(simulator, body)).status).toBe(200);
    const refused = await ask(simulator, body);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('61');
  });

  it('are shared within a model class and kept apart otherwise', async () => {
    const simulator = await startSimulator({ clock: new ManualClock(), limits: { requestsPerMinute: 1 } });
    const status = async (model: string, key?: string): Promise<number> =>
      (await ask(simulator, { ...HELLO, model }, key)).status;
    expect(await status('claude-opus-4-8')).toBe(200);
    expect(await status('claude-opus-4-6')).toBe(429);
    expect(await status('claude-opus-5')).toBe(200);
    expect(await status('claude-opus-4-8', 'another-key')).toBe(200);
  });

  it('belong to the organization, not to the key', async () => {
    const organizations = { a: 'acme', b: 'acme' };
    const simulator = await startSimulator({
      clock: new ManualClock(),
      limits: { requestsPerMinute: 1 },
      organizations,
    });
    const statuses = [
      await ask(simulator, HELLO, 'a'),
      await ask(simulator, HELLO, 'b'),
      await ask(simulator, HELLO, 'c'),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([200, 429, 200]);
  });

  it('can be set for a class of its own', async () => {
    const limits = { requestsPerMinute: 1, byClass: { 'haiku-5-5': { requestsPerMinute: 3 } } };
    const simulator = await startSimulator({ clock: new ManualClock(), limits });
    const response = await ask(simulator, { ...HELLO, model: 'claude-haiku-5-5' });
    expect(limitsOf(response)['requests-limit']).toBe('3');
  });

  it('give fast mode a pool and headers of its own', async () => {
    const limits = { requestsPerMinute: 1, byClass: { 'opus-5:fast': { outputTokensPerMinute: 9_000 } } };
    const simulator = await startSimulator({ clock: new ManualClock(), limits });
    const fast = { ...HELLO, model: 'claude-opus-5', speed: 'fast' };
    expect((await ask(simulator, { ...HELLO, model: 'claude-opus-5' })).status).toBe(200);
    const response = await ask(simulator, fast);
    expect(response.status).toBe(200);
    expect(response.headers.get('anthropic-fast-output-tokens-limit')).toBe('9000');
    expect(limitsOf(response)['requests-remaining']).toBe('0');
  });

  it('are filled again by reset only when asked', async () => {
    const simulator = await startSimulator({ clock: new ManualClock(), limits: { requestsPerMinute: 1 } });
    const status = async (): Promise<number> => (await ask(simulator)).status;
    expect(await status()).toBe(200);
    simulator.reset();
    expect(await status()).toBe(429);
    simulator.reset({ limits: true });
    expect(await status()).toBe(200);
  });
});
