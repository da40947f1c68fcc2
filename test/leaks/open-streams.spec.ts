import type { Call } from '../../libs/claude/src/call/call.js';
import type { StageInsertion } from '../../libs/claude/src/call/pipeline.js';
import { bootClaude, PARAMS } from '../support/claude-harness.js';

describe('A stream that stands open', () => {
  it('keeps nothing that it would be sent with again', async () => {
    const calls: Call[] = [];
    const stages: StageInsertion[] = [{ before: 'send', use: (call, next) => (calls.push(call), next(call)) }];
    const { claude, record } = await bootClaude({ stages }, { latency: { perEventMs: 20 } });
    const stream = await claude.messages.create({ ...PARAMS, stream: true });

    const [call] = calls;
    expect(call?.request).toMatchObject({ method: 'POST', url: expect.stringMatching(/\/v1\/messages$/) as string });
    expect(call?.request.body).toBeUndefined();
    expect([...(call?.request.headers ?? ['none'])]).toEqual([]);
    await expect(call?.init.transmit(call.request)).rejects.toThrow('The answer of the call has been handed out.');

    let events = 0;
    for await (const _ of stream) events += 1;
    expect(events).toBeGreaterThan(8);
    expect(record().outcome.kind).toBe('succeeded');
  });
});
