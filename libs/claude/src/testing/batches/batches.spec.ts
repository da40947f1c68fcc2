import type { Anthropic } from '@anthropic-ai/sdk';
import { ManualClock } from '../clock/manual-clock.js';
import { clientOf, errorOf, HELLO, send, startSimulator } from '../spec-support/harness.js';

const HOUR_MS = 3_600_000;
const REQUESTS = [
  { custom_id: 'one', params: HELLO },
  { custom_id: 'two', params: { ...HELLO, max_tokens: 5 } },
];

async function resultsOf(client: Anthropic, id: string): Promise<Anthropic.Messages.MessageBatchIndividualResponse[]> {
  const results = [];
  for await (const result of await client.messages.batches.results(id)) results.push(result);
  return results;
}

describe('message batches', () => {
  it('run for as long as they are told to, by the clock', async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const client = clientOf(await startSimulator({ clock, batches: { processingMs: HOUR_MS } }));
    const created = await client.messages.batches.create({ requests: REQUESTS });
    expect(created).toEqual({
      id: expect.stringMatching(/^msgbatch_01/) as string,
      type: 'message_batch',
      processing_status: 'in_progress',
      request_counts: { processing: 2, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
      created_at: '2026-01-01T00:00:00.000Z',
      expires_at: '2026-01-02T00:00:00.000Z',
      ended_at: null,
      cancel_initiated_at: null,
      archived_at: null,
      results_url: null,
    });
    clock.advance(HOUR_MS - 1);
    expect((await client.messages.batches.retrieve(created.id)).processing_status).toBe('in_progress');
    await expect(client.messages.batches.results(created.id)).rejects.toThrow('results_url');
    clock.advance(1);
    expect(await client.messages.batches.retrieve(created.id)).toMatchObject({
      processing_status: 'ended',
      ended_at: '2026-01-01T01:00:00.000Z',
      request_counts: { processing: 0, succeeded: 2 },
    });
  });

  it('give one result a request, billed at the batch tier once', async () => {
    const simulator = await startSimulator();
    const client = clientOf(simulator);
    const { id } = await client.messages.batches.create({ requests: REQUESTS });
    const results = await resultsOf(client, id);
    await resultsOf(client, id);
    expect(results.map(({ custom_id: customId, result }) => [customId, result.type])).toEqual([
      ['one', 'succeeded'],
      ['two', 'succeeded'],
    ]);
    expect(results[1]?.result).toMatchObject({
      message: { stop_reason: 'max_tokens', usage: { service_tier: 'batch', output_tokens: 5 } },
    });
    expect(simulator.billed.messages.map(({ requestId, usage }) => [requestId, usage.service_tier])).toEqual([
      [id, 'batch'],
      [id, 'batch'],
    ]);
  });

  it('err per request, and follow the rules for messages', async () => {
    const simulator = await startSimulator();
    simulator.onMessage({ user: 'fail' }).failWith(529);
    simulator.onMessage({ user: 'greet' }).reply(() => Promise.resolve('Hi!'));
    simulator.onMessage({ user: 'throw' }).reply(() => {
      throw new Error('a mistake in a test');
    });
    const client = clientOf(simulator);
    const requests = ['fail', 'greet', 'throw'].map((content) => ({
      custom_id: content,
      params: { ...HELLO, messages: [{ role: 'user' as const, content }] },
    }));
    const bad = { custom_id: 'bad', params: { ...HELLO, max_tokens: 0 } };
    const { id } = await client.messages.batches.create({ requests: [...requests, bad] });
    const results = Object.fromEntries(
      (await resultsOf(client, id)).map(({ custom_id: key, result }) => [key, result]),
    );
    expect(results).toMatchObject({
      fail: { type: 'errored', error: { error: { type: 'overloaded_error' } } },
      greet: { type: 'succeeded', message: { content: [{ text: 'Hi!' }] } },
      throw: { type: 'errored', error: { error: { type: 'api_error' } } },
      bad: { type: 'errored', error: { error: { type: 'invalid_request_error' } } },
    });
    expect((await client.messages.batches.retrieve(id)).request_counts).toMatchObject({ errored: 3, succeeded: 1 });
    expect(simulator.billed.totals.messages).toBe(1);
  });

  it('can be cancelled while they run', async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({ clock, batches: { processingMs: HOUR_MS } });
    const client = clientOf(simulator);
    const { id } = await client.messages.batches.create({ requests: REQUESTS });
    const cancelled = await client.messages.batches.cancel(id);
    expect([cancelled.processing_status, cancelled.cancel_initiated_at]).toEqual(['canceling', cancelled.created_at]);
    const ended = await client.messages.batches.retrieve(id);
    expect(ended).toMatchObject({
      processing_status: 'ended',
      request_counts: { canceled: 2 },
      cancel_initiated_at: cancelled.created_at,
    });
    expect((await resultsOf(client, id)).map(({ result }) => result.type)).toEqual(['canceled', 'canceled']);
    expect(simulator.billed.totals.messages).toBe(0);
  });

  it('expire after 24 hours', async () => {
    const clock = new ManualClock();
    const client = clientOf(await startSimulator({ clock, batches: { processingMs: 25 * HOUR_MS } }));
    const { id } = await client.messages.batches.create({ requests: REQUESTS });
    clock.advance(24 * HOUR_MS);
    expect((await client.messages.batches.retrieve(id)).request_counts.expired).toBe(2);
  });

  it('are deleted once they have ended', async () => {
    const clock = new ManualClock();
    const simulator = await startSimulator({ clock, batches: { processingMs: HOUR_MS } });
    const client = clientOf(simulator);
    const { id } = await client.messages.batches.create({ requests: REQUESTS });
    await expect(client.messages.batches.delete(id)).rejects.toThrow('cannot be deleted');
    clock.advance(HOUR_MS);
    expect(await client.messages.batches.delete(id)).toEqual({ id, type: 'message_batch_deleted' });
    await expect(client.messages.batches.retrieve(id)).rejects.toThrow('not found');
  });

  it('are listed newest first, page by page, for their organization alone', async () => {
    const simulator = await startSimulator();
    const client = clientOf(simulator);
    const created: string[] = [];
    for (let i = 0; i < 3; i++) created.push((await client.messages.batches.create({ requests: REQUESTS })).id);
    const listed: string[] = [];
    for await (const { id } of client.messages.batches.list({ limit: 2 })) listed.push(id);
    expect(listed).toEqual(created.toReversed());
    const stranger = clientOf(simulator, { apiKey: 'someone-else' });
    expect((await stranger.messages.batches.list()).data).toEqual([]);
    await expect(stranger.messages.batches.retrieve(created[0] ?? '')).rejects.toThrow('not found');
  });

  it('work at the beta endpoint too', async () => {
    const client = clientOf(await startSimulator());
    const { id } = await client.beta.messages.batches.create({ requests: REQUESTS });
    expect((await client.beta.messages.batches.retrieve(id)).processing_status).toBe('ended');
  });

  it('process each request once, however many look at the same time', async () => {
    const simulator = await startSimulator();
    const client = clientOf(simulator);
    const { id } = await client.messages.batches.create({ requests: REQUESTS });
    const reply = jest.fn().mockResolvedValue('Hi!');
    simulator.onMessage().reply(reply);
    await Promise.all(Array.from({ length: 5 }, () => client.messages.batches.retrieve(id)));
    expect(simulator.billed.totals.messages).toBe(2);
    expect(reply).toHaveBeenCalledTimes(2);
  });

  it.each<[string, unknown]>([
    ['requests: Field required', {}],
    ['requests: Input should be a valid list', { requests: 'x' }],
    ['requests: Input should have 1 to', { requests: [] }],
    ['requests.0: Input should be a valid dictionary', { requests: ['x'] }],
    ['requests.0.custom_id: String should match', { requests: [{ custom_id: 'a b', params: {} }] }],
    ['requests.0.params: Field required', { requests: [{ custom_id: 'a' }] }],
    [
      'custom_id must be unique',
      {
        requests: [
          { custom_id: 'a', params: {} },
          { custom_id: 'a', params: {} },
        ],
      },
    ],
  ])('are refused with %p', async (message, body) => {
    const response = await send(await startSimulator(), '/v1/messages/batches', { body });
    expect([response.status, (await errorOf(response)).message]).toEqual([400, expect.stringContaining(message)]);
  });
});
