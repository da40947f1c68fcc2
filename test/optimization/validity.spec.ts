import type Anthropic from '@anthropic-ai/sdk';
import fc from 'fast-check';
import type { Call, GivenStrategy, StageInsertion } from 'nestjs-claude';
import { encodedBody } from 'nestjs-claude';
import { bootClaude, type ClaudeHarness } from '../support/claude-harness.js';
import { anyRequest, type AnyRequest } from './arbitrary-request.js';

/** Each so eager that it does something to as many requests as it may. */
const EAGER = {
  'smaller-model': {
    use: 'smaller-model',
    isSimple: () => true,
    allow: ['tools', 'images', 'thinking', 'long-input'],
    models: {
      'claude-opus-5-5': 'claude-haiku-4-5',
      'claude-opus-4-5': 'claude-sonnet-5',
      'claude-sonnet-5-5': 'claude-haiku-5-5',
      'claude-sonnet-5': 'claude-haiku-4-5',
    },
  },
  'shorter-answer': { use: 'shorter-answer', minimumAnswers: 1, minimumTokens: 1 },
  'trim-history': { use: 'trim-history', maxInputTokens: 1, keepTurns: 1 },
  'cache-breakpoints': { use: 'cache-breakpoints', minimumTokens: 1 },
} as const satisfies Readonly<Record<string, GivenStrategy>>;

interface Watched {
  readonly app: ClaudeHarness;
  /** The bodies of each call: as it came, and as each attempt sent it. */
  readonly bodies: { readonly asked: unknown; readonly sent: unknown[] }[];
}

async function bootWatched(strategies: readonly GivenStrategy[]): Promise<Watched> {
  const bodies: Watched['bodies'] = [];
  const stages: StageInsertion[] = [
    {
      before: 'optimize',
      use: (call: Call, next) => {
        bodies.push({ asked: call.request.body, sent: [] });
        return next(call);
      },
    },
    {
      before: 'send',
      use: (call: Call, next) => {
        bodies.at(-1)?.sent.push(call.request.body);
        return next(call);
      },
    },
  ];
  const app = await bootClaude({
    optimize: { strategies },
    rateLimit: false,
    circuit: false,
    retry: false,
    stages,
    client: { logLevel: 'off' },
  });
  return { app, bodies };
}

async function statusOf(app: ClaudeHarness, params: AnyRequest, optimize: boolean, stream = false): Promise<number> {
  const view = app.claude.with({ optimize });
  try {
    const asked = params as unknown as Anthropic.MessageCreateParamsNonStreaming;
    if (!stream) await view.messages.create(asked, { timeout: 5_000 });
    else for await (const event of await view.messages.create({ ...asked, stream })) void event;
    return 200;
  } catch (error) {
    return (error as { status?: number }).status ?? 0;
  }
}

describe.each([
  ...Object.entries(EAGER).map(([name, strategy]) => [name, [strategy] as readonly GivenStrategy[]] as const),
  ['all together', Object.values(EAGER)] as const,
])('Requests of any shape: %s', (_, strategies) => {
  it('are accepted where they were before, without a second try, and pass byte for byte where nothing is done', async () => {
    const { app, bodies } = await bootWatched(strategies);
    let acted = 0;
    await fc.assert(
      fc.asyncProperty(anyRequest, fc.boolean(), async (params, stream) => {
        fc.pre((await statusOf(app, params, false)) === 200);
        // A prefix is marked when it comes again.
        for (const [streams, optimize] of [
          [false, true],
          [stream, true],
        ] as const) {
          expect(await statusOf(app, params, optimize, streams)).toBe(200);
          const { asked, sent } = bodies.at(-1) ?? { asked: null, sent: [] };
          const { optimization } = app.record();
          if (optimization === null) expect(sent).toEqual([asked]);
          else acted += 1;
          expect(optimization?.reversal).not.toBe('rejected');
          if (optimization === null) expect(sent[0]).toBe(asked);
        }
      }),
      { numRuns: 80 },
    );
    expect(acted).toBeGreaterThan(20);
  }, 120_000);
});

describe('A request that no strategy touches', () => {
  it('is passed on byte for byte, however it is written', async () => {
    const { app, bodies } = await bootWatched(['smaller-model', 'shorter-answer', 'trim-history', 'cache-breakpoints']);
    const params = { messages: [{ role: 'user', content: 'Hello' }], max_tokens: 10, model: 'claude-opus-5-5' };
    const bytes = Buffer.from(JSON.stringify(params, null, 3));
    const answer = await app.claude.client.post('/v1/messages', encodedBody(bytes, params)).asResponse();
    expect(answer.status).toBe(200);
    expect(bodies).toEqual([{ asked: bytes, sent: [bytes] }]);
    expect(bodies[0]?.sent[0]).toBe(bodies[0]?.asked);
  });
});
