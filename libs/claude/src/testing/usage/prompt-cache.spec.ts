import type { Anthropic } from '@anthropic-ai/sdk';
import { ManualClock } from '../clock/manual-clock.js';
import { clientOf, HELLO, startSimulator } from '../spec-support/harness.js';

const MINUTE_MS = 60_000;
const SYSTEM = 'x'.repeat(400);
const SYSTEM_TOKENS = 100;
const QUESTION_TOKENS = 3 + 3;

type Ttl = '5m' | '1h';

/** A request whose system prompt ends in a breakpoint. */
function cached(ttl: Ttl = '5m', text = SYSTEM): Anthropic.MessageCreateParamsNonStreaming {
  return { ...HELLO, system: [{ type: 'text', text, cache_control: { type: 'ephemeral', ttl } }] };
}

/** Fresh, read, written for 5 minutes, written for an hour. */
function split({ usage }: Anthropic.Message): readonly unknown[] {
  const { cache_creation: creation } = usage;
  expect(usage.cache_creation_input_tokens).toBe(
    (creation?.ephemeral_5m_input_tokens ?? 0) + (creation?.ephemeral_1h_input_tokens ?? 0),
  );
  return [
    usage.input_tokens,
    usage.cache_read_input_tokens,
    creation?.ephemeral_5m_input_tokens,
    creation?.ephemeral_1h_input_tokens,
  ];
}

describe('the prompt cache', () => {
  it('writes a prefix once and reads it afterwards', async () => {
    const client = clientOf(await startSimulator({ clock: new ManualClock() }));
    expect(split(await client.messages.create(cached()))).toEqual([QUESTION_TOKENS, 0, SYSTEM_TOKENS, 0]);
    expect(split(await client.messages.create(cached()))).toEqual([QUESTION_TOKENS, SYSTEM_TOKENS, 0, 0]);
  });

  it.each([
    ['5m', 5 * MINUTE_MS, [QUESTION_TOKENS, 0, SYSTEM_TOKENS, 0]],
    ['1h', 60 * MINUTE_MS, [QUESTION_TOKENS, 0, 0, SYSTEM_TOKENS]],
  ] as const)('keeps a %s entry for its time, refreshed by each read', async (ttl, ttlMs, written) => {
    const clock = new ManualClock();
    const client = clientOf(await startSimulator({ clock }));
    const ask = async (): Promise<readonly unknown[]> => split(await client.messages.create(cached(ttl)));
    const read = [QUESTION_TOKENS, SYSTEM_TOKENS, 0, 0];
    expect(await ask()).toEqual(written);
    clock.advance(ttlMs - 1);
    expect(await ask()).toEqual(read);
    clock.advance(ttlMs - 1);
    expect(await ask()).toEqual(read);
    clock.advance(ttlMs);
    expect(await ask()).toEqual(written);
  });

  it('reads the part it knows and writes the rest, each breakpoint with its own lifetime', async () => {
    const client = clientOf(await startSimulator({ clock: new ManualClock() }));
    await client.messages.create(cached('1h'));
    const turn = (content: string): Anthropic.MessageParam => ({
      role: 'user',
      content: [{ type: 'text', text: content, cache_control: { type: 'ephemeral' } }],
    });
    const longer = { ...cached('1h'), messages: [turn('y'.repeat(40)), { role: 'user' as const, content: 'tail' }] };
    expect(split(await client.messages.create(longer))).toEqual([4, SYSTEM_TOKENS, 13, 0]);
    expect(split(await client.messages.create(longer))).toEqual([4, SYSTEM_TOKENS + 13, 0, 0]);
  });

  it('splits one request between both lifetimes', async () => {
    const client = clientOf(await startSimulator({ clock: new ManualClock() }));
    const message = await client.messages.create({
      ...cached('1h'),
      messages: [{ role: 'user', content: [{ type: 'text', text: 'yyyy', cache_control: { type: 'ephemeral' } }] }],
    });
    expect(split(message)).toEqual([0, 0, 4, SYSTEM_TOKENS]);
  });

  it('takes a prefix only when it is exactly the same, for the same model', async () => {
    const client = clientOf(await startSimulator({ clock: new ManualClock() }));
    await client.messages.create(cached());
    const other = await client.messages.create(cached('5m', `${SYSTEM.slice(1)}y`));
    const otherModel = await client.messages.create({ ...cached(), model: 'claude-haiku-5-5' });
    expect([other, otherModel].map((message) => message.usage.cache_read_input_tokens)).toEqual([0, 0]);
  });

  it('is shared by the keys of one organization only', async () => {
    const organizations = { 'key-a': 'acme', 'key-b': 'acme' };
    const simulator = await startSimulator({ clock: new ManualClock(), organizations });
    const readBy = async (apiKey: string): Promise<number | null> => {
      const message = await clientOf(simulator, { apiKey }).messages.create(cached());
      return message.usage.cache_read_input_tokens;
    };
    expect([await readBy('key-a'), await readBy('key-b'), await readBy('key-c')]).toEqual([0, SYSTEM_TOKENS, 0]);
  });

  it('leaves prefixes below the minimum alone', async () => {
    const simulator = await startSimulator({ clock: new ManualClock(), cache: { minimumTokens: SYSTEM_TOKENS + 1 } });
    const client = clientOf(simulator);
    await client.messages.create(cached());
    expect(split(await client.messages.create(cached()))).toEqual([SYSTEM_TOKENS + QUESTION_TOKENS, 0, 0, 0]);
  });

  it('finds an older breakpoint up to 20 blocks back', async () => {
    const client = clientOf(await startSimulator({ clock: new ManualClock() }));
    const ask = async (blocks: number): Promise<number | null> => {
      const content = Array.from({ length: blocks }, (_, index) => ({
        type: 'text' as const,
        text: `block ${index}`,
        cache_control: index === blocks - 1 ? { type: 'ephemeral' as const } : null,
      }));
      const message = await client.messages.create({ ...HELLO, messages: [{ role: 'user', content }] });
      return message.usage.cache_read_input_tokens;
    };
    await ask(2);
    expect(await ask(22)).toBeGreaterThan(0);
    await ask(60);
    expect(await ask(81)).toBe(0);
  });

  it('stores nothing for a request that fails', async () => {
    const simulator = await startSimulator({ clock: new ManualClock() });
    const client = clientOf(simulator);
    simulator.onMessage().failWith(529).once();
    await expect(client.messages.create(cached())).rejects.toThrow('Overloaded');
    const { usage } = await client.messages.create(cached());
    expect(usage.cache_read_input_tokens).toBe(0);
  });

  it('reports the same usage in a stream as in a JSON answer', async () => {
    const usages = await Promise.all(
      ['json', 'stream'].map(async (how) => {
        const client = clientOf(await startSimulator({ clock: new ManualClock() }));
        const ask = (): Promise<Anthropic.Message> =>
          how === 'json' ? client.messages.create(cached('1h')) : client.messages.stream(cached('1h')).finalMessage();
        return [(await ask()).usage, (await ask()).usage];
      }),
    );
    expect(usages[0]).toEqual(usages[1]);
  });

  it('is emptied by reset when asked', async () => {
    const simulator = await startSimulator({ clock: new ManualClock() });
    const client = clientOf(simulator);
    await client.messages.create(cached());
    simulator.reset();
    expect((await client.messages.create(cached())).usage.cache_read_input_tokens).toBe(SYSTEM_TOKENS);
    simulator.reset({ cache: true });
    expect((await client.messages.create(cached())).usage.cache_read_input_tokens).toBe(0);
  });
});
