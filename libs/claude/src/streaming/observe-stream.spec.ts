import { firstValueFrom, take, toArray } from 'rxjs';
import { bootClaude, eventually, PARAMS, type ClaudeHarness } from '../../../../test/support/claude-harness.js';
import { observeStream, sseEvents } from './observe-stream.js';

let harness: ClaudeHarness;
beforeEach(async () => {
  harness = await bootClaude();
});

describe('observeStream', () => {
  it('emits the events of the stream helper and of a streamed create, then completes', async () => {
    const { messages } = harness.claude;
    const helper = observeStream((signal) => messages.stream(PARAMS, { signal }));
    const create = observeStream((signal) => messages.create({ ...PARAMS, stream: true }, { signal }));
    const [one, two] = [await firstValueFrom(helper.pipe(toArray())), await firstValueFrom(create.pipe(toArray()))];
    expect(one.map(({ type }) => type)).toEqual(two.map(({ type }) => type));
    expect(one.at(-1)?.type).toBe('message_stop');
  });

  it('makes a call for each subscription and none before', async () => {
    const stream = observeStream((signal) => harness.claude.messages.stream(PARAMS, { signal }));
    harness.sim.assertNotCalled();
    await Promise.all([firstValueFrom(stream.pipe(toArray())), firstValueFrom(stream.pipe(toArray()))]);
    expect(harness.sim.requests).toHaveLength(2);
  });

  it('passes on the error of the call', async () => {
    harness.sim.onMessage().failWith(400);
    const stream = observeStream((signal) => harness.claude.messages.stream(PARAMS, { signal }));
    await expect(firstValueFrom(stream)).rejects.toMatchObject({ status: 400 });
  });

  it.each([
    ['before the answer', { kind: 'hang' } as const],
    ['in mid-stream', { kind: 'stallMidStream', afterDeltas: 1 } as const],
  ])('aborts the call when the subscriber leaves %s', async (_, fault) => {
    harness.sim.onMessage().failWith(fault);
    let seen = 0;
    const stream = observeStream((signal) => harness.claude.messages.create({ ...PARAMS, stream: true }, { signal }));
    const subscription = stream.subscribe(() => (seen += 1));
    await eventually(
      () => harness.sim.activeRequests === 1 && (fault.kind === 'hang' || seen > 2),
      'the call is under way',
    );
    subscription.unsubscribe();
    await eventually(() => harness.sim.activeRequests === 0, 'the upstream saw it');
    await eventually(() => harness.claude.activeCalls === 0, 'the call was settled');
    expect(harness.record().outcome.kind).toBe('abandoned');
  });
});

describe('sseEvents', () => {
  it('names each message like its event, for @Sse()', async () => {
    const events = sseEvents((signal) => harness.claude.messages.stream(PARAMS, { signal }));
    const [first] = await firstValueFrom(events.pipe(take(1), toArray()));
    expect(first).toMatchObject({ type: 'message_start', data: { type: 'message_start' } });
    await eventually(() => harness.claude.activeCalls === 0, 'leaving after the first event ended the call');
  });
});
