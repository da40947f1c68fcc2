import type Anthropic from '@anthropic-ai/sdk';
import type { ClaudeHarness } from '../support/claude-harness.js';
import { bootWith, conversation, lastBody, lastOptimization, prose } from './support.js';

type Message = Anthropic.MessageParam;
type Params = Anthropic.MessageCreateParamsNonStreaming;

const CACHED = { type: 'ephemeral' } as const;

function boot(maxInputTokens = 1_000, keepTurns = 2): Promise<ClaudeHarness> {
  return bootWith([{ use: 'trim-history', maxInputTokens, keepTurns }]);
}

/** The first two words of each message, which say where it stood. */
function places({ messages }: Params): readonly string[] {
  return messages.map(({ content }) => {
    const [first] =
      typeof content === 'string' ? [content] : content.map((block) => ('text' in block ? block.text : block.type));
    return String(first).split(' ').slice(0, 2).join(' ');
  });
}

/** The same conversation with one message replaced. */
function withMessage(params: Params, index: number, ...messages: Message[]): Params {
  return { ...params, messages: params.messages.toSpliced(index, 1, ...messages) };
}

const TEN = conversation(10, 50);

const LAST = ['question 8', 'answer 8', 'question 9'];

describe('The strategy trim-history', () => {
  it('keeps the system prompt, the first turn and the last ones', async () => {
    const app = await boot();
    await app.claude.messages.create({ ...TEN, system: 'Be kind.' });
    expect(lastBody(app)).toEqual({ ...TEN, system: 'Be kind.', messages: lastBody(app).messages });
    expect(places(lastBody(app)).slice(0, 2)).toEqual(['question 0', 'answer 0']);
    expect(places(lastBody(app)).slice(-3)).toEqual(LAST);
    expect(lastOptimization(app).decisions[0]?.reason).toMatch(
      /^\d of 10 turns, some \d+ tokens, were left out: the input is above 1000 tokens\.$/,
    );
  });

  it('leaves out no more than it takes, the oldest first', async () => {
    const app = await boot();
    await app.claude.messages.create(TEN);
    const kept = places(lastBody(app)).filter((place) => place.startsWith('question'));
    expect(kept.slice(1)).toEqual(
      Array.from({ length: kept.length - 1 }, (_, n) => `question ${n + 11 - kept.length}`),
    );
    const { usage } = app.record();
    // A turn has some 130 tokens for the simulator, and for us a third more.
    expect(usage?.inputTokens).toBeGreaterThan(550);
    expect(usage?.inputTokens).toBeLessThan(1_000);
  });

  it('keeps as many of the last turns as it is told, however long they are', async () => {
    const app = await boot(10, 3);
    await app.claude.messages.create(TEN);
    expect(places(lastBody(app))).toEqual(['question 0', 'answer 0', 'question 7', 'answer 7', ...LAST]);
  });

  it('keeps calls of tools and their results whole, in the turn of their question', async () => {
    const use = { type: 'tool_use' as const, id: 'toolu_1', name: 'look', input: {} };
    const result = { type: 'tool_result' as const, tool_use_id: 'toolu_1', content: prose(50) };
    const rounds: Message[] = [
      { role: 'assistant', content: [use] },
      { role: 'user', content: [result] },
      { role: 'assistant', content: 'answer x' },
    ];
    const tools: Anthropic.Tool[] = [{ name: 'look', input_schema: { type: 'object' } }];
    const [dropped, kept] = [3, 17].map((index) => withMessage({ ...TEN, tools }, index, ...rounds));
    const app = await boot(10, 2);
    await app.claude.messages.create(dropped as Params);
    expect(places(lastBody(app))).toEqual(['question 0', 'answer 0', ...LAST]);
    await app.claude.messages.create(kept as Params);
    expect(places(lastBody(app))).toEqual([
      'question 0',
      'answer 0',
      'question 8',
      'tool_use',
      'tool_result',
      'answer x',
      'question 9',
    ]);
  });

  it('keeps everything up to the last cache breakpoint', async () => {
    const content = [{ type: 'text' as const, text: 'question 3', cache_control: CACHED }];
    const app = await boot(10, 1);
    await app.claude.messages.create(withMessage(TEN, 6, { role: 'user', content }));
    expect(places(lastBody(app))).toEqual([...places(TEN).slice(0, 8), 'question 9']);
  });

  it('keeps turns with messages of the system', async () => {
    const aside = { role: 'system', content: 'from now on, in verse' } as unknown as Message;
    const app = await boot(10, 1);
    await app.claude.messages.create(withMessage(TEN, 4, TEN.messages[4] as Message, aside));
    expect(places(lastBody(app))).toEqual([
      'question 0',
      'answer 0',
      'question 2',
      'from now',
      'answer 2',
      'question 9',
    ]);
  });

  it.each<[string, Params]>([
    ['that are cached as a whole', { ...TEN, cache_control: CACHED }],
    ['that are short', conversation(2)],
    ['of which only kept turns are left', conversation(3, 500)],
  ])('leaves conversations alone %s', async (_, params) => {
    const app = await boot();
    await app.claude.messages.create(params);
    expect(lastBody(app)).toEqual(params);
    expect(app.record().optimization).toBeNull();
  });
});
