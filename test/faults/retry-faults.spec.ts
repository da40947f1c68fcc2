import { BadRequestError, ContentTooLargeError, InternalServerError } from '@anthropic-ai/sdk';
import { CircuitOpenError } from 'nestjs-claude';
import { bootClaude, FAST_RETRY, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { expectNothingHeld, fault, toldBy } from './support.js';

const CIRCUIT = `default/${PARAMS.model}`;

let harness: ClaudeHarness;
beforeEach(async () => {
  harness = await bootClaude();
});
afterEach(() => expectNothingHeld(harness));

const create = (): Promise<unknown> => harness.claude.messages.create(PARAMS);

/** Asks in another way, and reads the whole answer. */
async function stream(): Promise<void> {
  for await (const _ of await harness.claude.messages.create({ ...PARAMS, stream: true }));
}

/** Makes a call whose first attempt fails with a 500 and whose second would succeed. */
async function attemptsOfShakyCall(): Promise<number> {
  harness.sim.onMessage().failWith(500).once().thenReply('well');
  await create().catch(() => undefined);
  return harness.record().attempts.length;
}

fault(26, 'an empty retry budget fails calls at their first attempt, and time refills it', async () => {
  const budget = { maxTokens: 2, tokensPerCall: 0, tokensPerMinute: 10 };
  harness = await bootClaude({ retry: { ...FAST_RETRY, budget }, circuit: false });
  harness.sim.onMessage().failWith(500).times(4);
  const lengths: number[] = [];
  for (let call = 0; call < 2; call += 1) {
    const error = await rejection(create());
    expect(error).toBeInstanceOf(InternalServerError);
    const { failure } = toldBy(error, harness);
    lengths.push(failure.attempts.length);
    expect(failure.retryBudgetExhausted).toBe(call === 1);
    expect(harness.record().retryBudgetExhausted).toBe(call === 1);
  }
  expect(lengths).toEqual([3, 1]);
  expect(await attemptsOfShakyCall()).toBe(1);
  harness.clock.skip(6_000);
  expect(await attemptsOfShakyCall()).toBe(2);
  expect(harness.record()).toMatchObject({ outcome: { kind: 'succeeded' }, retryBudgetExhausted: false });
  expect(await attemptsOfShakyCall()).toBe(1);
});

fault(26, 'calls refill it too, but none that was refused before its first attempt', async () => {
  const budget = { maxTokens: 1, tokensPerCall: 0.5, tokensPerMinute: 0 };
  harness = await bootClaude({ retry: { ...FAST_RETRY, budget } });
  expect(await attemptsOfShakyCall()).toBe(2);
  harness.circuits.controller(CIRCUIT).isolate();
  for (let call = 0; call < 4; call += 1) expect(await rejection(create())).toBeInstanceOf(CircuitOpenError);
  harness.circuits.controller(CIRCUIT).close();
  expect(await attemptsOfShakyCall()).toBe(1);
  await create();
  expect(await attemptsOfShakyCall()).toBe(2);
});
fault(27, '500 once, then 200: the same request with the same idempotency key, and one bill', async () => {
  for (const streamed of [false, true]) {
    harness = await bootClaude();
    harness.sim.onMessage().failWith(500).once();
    const options = { headers: { 'idempotency-key': 'order-7' } };
    const answer = await harness.claude.messages.create({ ...PARAMS, stream: streamed }, options);
    if ('controller' in answer) for await (const _ of answer);
    const [first, second] = harness.sim.requests.map(({ headers, body }) => {
      const { 'x-stainless-retry-count': retries, 'content-length': length, ...rest } = headers;
      return { retries, body, length, rest };
    });
    expect([first?.retries, second?.retries]).toEqual(['0', '1']);
    expect({ ...second, retries: '0' }).toEqual(first);
    expect(second?.rest['idempotency-key']).toBe('order-7');
    expect(harness.records).toMatchObject([{ outcome: { kind: 'succeeded' }, attempts: [{ status: 500 }, {}] }]);
    expect(harness.sim.billed.messages).toHaveLength(1);
    await expectNothingHeld(harness);
  }
});
fault(28, '400 and 413 are never retried, and leave the circuit as it was', async () => {
  harness.sim.onMessage().failWith(500).times(4);
  for (let call = 0; call < 4; call += 1) await rejection(harness.claude.messages.create(PARAMS, { maxRetries: 0 }));
  const before = harness.circuits.circuit(CIRCUIT).snapshot();
  expect(before).toMatchObject({ state: 'closed', calls: 4, failures: 4, consecutiveFailures: 4 });
  for (const [status, Class] of [[400, BadRequestError] as const, [413, ContentTooLargeError] as const]) {
    harness.sim.onMessage().failWith(status).times(2);
    for (const ask of [create, stream]) {
      const error = await rejection(ask());
      expect(error).toBeInstanceOf(Class);
      const { failure, meaning } = toldBy(error, harness);
      expect(failure.attempts).toMatchObject([{ status, retryDelayMs: null, usage: null }]);
      expect(meaning).toMatchObject({ kind: 'rejected', fault: 'caller', advice: [], countsAgainstCircuit: false });
    }
  }
  expect(harness.circuits.circuit(CIRCUIT).snapshot()).toEqual(before);
  expect(harness.circuits.circuit('default').snapshot()).toMatchObject({ state: 'closed', failures: 0 });
});
