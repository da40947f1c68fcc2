import type Anthropic from '@anthropic-ai/sdk';
import type { CacheBreakpointsOptions } from 'nestjs-claude';
import type { ClaudeHarness } from '../support/claude-harness.js';
import { bootWith, conversation, LARGE, lastBody, lastOptimization, prose, SIMPLE, SMALL } from './support.js';

type Params = Anthropic.MessageCreateParamsNonStreaming;

const CACHED = { type: 'ephemeral' } as const;
const SYSTEM = prose(20_000);
/** As the simulator counts them. */
const SYSTEM_TOKENS = Math.ceil(SYSTEM.length / 4);
const LONG: Params = { ...SIMPLE, system: SYSTEM };
const MARKED = [{ type: 'text', text: SYSTEM, cache_control: CACHED }];

function boot(minimumTokens?: CacheBreakpointsOptions['minimumTokens']): Promise<ClaudeHarness> {
  return bootWith([minimumTokens === undefined ? 'cache-breakpoints' : { use: 'cache-breakpoints', minimumTokens }]);
}

async function bodyOf(app: ClaudeHarness, params: Params): Promise<Params> {
  await app.claude.messages.create(params);
  return lastBody(app);
}

describe('The strategy cache-breakpoints', () => {
  it('marks a long system prompt that came before, and reads it from then on', async () => {
    const app = await boot();
    expect(await bodyOf(app, LONG)).toEqual(LONG);
    expect(app.record().optimization).toBeNull();
    expect(await bodyOf(app, LONG)).toEqual({ ...LONG, system: MARKED });
    const written = lastOptimization(app);
    expect([written.savingNanoUsd, written.expectedSavingNanoUsd].every((nanoUsd) => Number(nanoUsd) < 0)).toBe(true);
    await bodyOf(app, { ...LONG, messages: [{ role: 'user', content: 'Another question' }] });
    const { usage } = app.record();
    expect([usage?.cacheReadTokens, usage?.cacheWrite5mTokens]).toEqual([SYSTEM_TOKENS, 0]);
    expect(lastOptimization(app).savingNanoUsd).toBe(SYSTEM_TOKENS * (4_000 - 200));
    expect(lastOptimization(app).decisions[0]?.reason).toContain('tools and system prompt');
  });

  it('marks tools where there is no system prompt, and the last block of one in blocks', async () => {
    const tools: Anthropic.Tool[] = ['a', 'b'].map((name) => ({
      name,
      description: prose(9_000),
      input_schema: { type: 'object' },
    }));
    const system = [
      { type: 'text' as const, text: 'Be kind.' },
      { type: 'text' as const, text: SYSTEM },
    ];
    const app = await boot();
    for (const params of [
      { ...SIMPLE, tools },
      { ...SIMPLE, system },
    ])
      await bodyOf(app, params);
    expect(await bodyOf(app, { ...SIMPLE, tools })).toEqual({
      ...SIMPLE,
      tools: [tools[0], { ...tools[1], cache_control: CACHED }],
    });
    expect(await bodyOf(app, { ...SIMPLE, system })).toEqual({ ...SIMPLE, system: [system[0], MARKED[0]] });
  });

  it('marks the end of a conversation that goes on, and reads what the turn before wrote', async () => {
    const app = await boot();
    const turns = [1, 2, 3, 4].map((questions) => conversation(questions, 6_000));
    const marks: (boolean | null)[] = [];
    for (const params of turns) {
      const { messages } = await bodyOf(app, params);
      marks.push(messages.length === params.messages.length && Array.isArray(messages.at(-1)?.content));
    }
    expect(marks).toEqual([false, true, true, true]);
    const [, second, third, fourth] = app.records.map(({ usage }) => usage);
    expect(second?.cacheReadTokens).toBe(0);
    expect(third?.cacheReadTokens).toBe(second?.cacheWrite5mTokens);
    expect(fourth?.cacheReadTokens).toBe(Number(third?.cacheReadTokens) + Number(third?.cacheWrite5mTokens));
  });

  it.each<[string, Params]>([
    [
      'that has a breakpoint of its own',
      { ...LONG, messages: [{ role: 'user', content: [{ type: 'text', text: 'hm', cache_control: CACHED }] }] },
    ],
    ['that is cached as a whole', { ...LONG, cache_control: CACHED }],
    ['that is too short', { ...SIMPLE, system: 'Be kind.' }],
    [
      'of which only the question is long',
      { ...SIMPLE, system: 'Be kind.', messages: [{ role: 'user', content: SYSTEM }] },
    ],
  ])('leaves a request alone %s', async (_, params) => {
    const app = await boot();
    for (let n = 0; n < 3; n++) expect(await bodyOf(app, params)).toEqual(params);
    expect(app.records.every(({ optimization }) => optimization === null)).toBe(true);
  });

  it('asks for no fewer tokens than the model does, or than it is told to', async () => {
    const system = prose(2_000);
    const marks = async (model: string, minimumTokens?: CacheBreakpointsOptions['minimumTokens']): Promise<boolean> => {
      const app = await boot(minimumTokens);
      await bodyOf(app, { ...SIMPLE, system, model });
      return typeof (await bodyOf(app, { ...SIMPLE, system, model })).system !== 'string';
    };
    expect([await marks(LARGE), await marks(LARGE, 500)]).toEqual([false, true]);
    const only = { [SMALL]: 500 };
    expect([await marks(LARGE, only), await marks(SMALL, only)]).toEqual([false, true]);
  });

  it('forgets what did not come again within five minutes', async () => {
    const app = await boot();
    await bodyOf(app, LONG);
    app.clock.skip(5 * 60_000);
    expect(await bodyOf(app, LONG)).toEqual(LONG);
    app.clock.skip(5 * 60_000 - 2_000);
    expect(await bodyOf(app, LONG)).toEqual({ ...LONG, system: MARKED });
  });
});
