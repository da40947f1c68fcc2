import type Anthropic from '@anthropic-ai/sdk';
import { callContext, type ClassifiedTask, type OptimizerEvent, type SmallerModelOptions } from 'nestjs-claude';
import type { ClaudeHarness } from '../support/claude-harness.js';
import { bootWith, LARGE, lastBody, lastOptimization, prose, readAll, SIMPLE, SMALL } from './support.js';

type Params = Anthropic.MessageCreateParamsNonStreaming;

function boot(options: Omit<SmallerModelOptions, 'use'> = {}): Promise<ClaudeHarness> {
  return bootWith([{ use: 'smaller-model', ...options }]);
}

function asking(content: Anthropic.MessageParam['content'], more: Partial<Params> = {}): Params {
  return { ...SIMPLE, messages: [{ role: 'user', content }], ...more };
}

const CACHED = { type: 'ephemeral' } as const;
const TOOLS: Anthropic.Tool[] = [{ name: 'look', input_schema: { type: 'object' } }];
const IMAGE: Anthropic.ImageBlockParam = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
};

describe('The strategy smaller-model', () => {
  it('gives a simple task to a smaller model, and tells what that saved', async () => {
    const app = await boot();
    await app.claude.messages.create(SIMPLE);
    expect(lastBody(app)).toEqual({ ...SIMPLE, model: SMALL });
    const { model, attempts, costNanoUsd, usage } = app.record();
    expect([model, attempts[0]?.model]).toEqual([LARGE, SMALL]);
    const asked = app.costs.calculateCost(LARGE, usage ?? {}).nanoUsd;
    const { decisions, ...all } = lastOptimization(app);
    expect(all).toMatchObject({
      dryRun: false,
      reversal: null,
      savingNanoUsd: asked - (costNanoUsd ?? NaN),
      wastedNanoUsd: 0,
    });
    expect(decisions).toEqual([
      {
        strategy: 'smaller-model',
        reason: `${LARGE} → ${SMALL}: a simple task by the word 'classify'.`,
        changed: ['model'],
        expectedSavingNanoUsd: expect.any(Number),
        savingNanoUsd: all.savingNanoUsd,
        heldLessNanoUsd: expect.any(Number),
      },
    ]);
  });

  it.each<[string, Params]>([
    ['a word is only a part of another', asking('Is a phone or an untranslated, reclassified stone in it?')],
    ['a hard word is in it', asking('Classify this mail, and prove it')],
    ['a hard word is in the system prompt', { ...SIMPLE, system: 'Think step by step.' }],
    ['it has tools', { ...SIMPLE, tools: TOOLS }],
    ['it thinks', { ...SIMPLE, thinking: { type: 'adaptive' } }],
    ['it has an image', asking([IMAGE, { type: 'text', text: 'classify this' }])],
    ['its input is long', asking(`classify: ${prose(3_000)}`)],
    ['its prompt is cached', asking([{ type: 'text', text: 'classify this', cache_control: CACHED }])],
    ['the answer may be longer than the smaller model gives', { ...SIMPLE, max_tokens: 128_001 }],
    ['it says where it must run', { ...SIMPLE, inference_geo: 'us' }],
    ['its model has no smaller one', { ...SIMPLE, model: SMALL }],
  ])('leaves a call alone where %s', async (_, params) => {
    const app = await boot();
    await app.claude.messages.create(params, { timeout: 5_000 }).catch(() => undefined);
    expect(lastBody(app)).toEqual(params);
    expect(app.record().optimization).toBeNull();
  });

  it('gives it all that where it is allowed', async () => {
    const app = await boot({ allow: ['tools', 'images', 'thinking', 'long-input'] });
    const text = { type: 'text' as const, text: `classify: ${prose(3_000)}` };
    await app.claude.messages.create(asking([IMAGE, text], { tools: TOOLS, thinking: { type: 'adaptive' } }));
    expect(lastBody(app).model).toBe(SMALL);
  });

  it('goes by request types where they are told, and by words of any script', async () => {
    const app = await boot({ requestTypes: ['routing'], simpleWords: ['ja oder nein', 'да'], hardWords: [] });
    await app.claude.messages.create(asking('Anything'), callContext({ requestType: 'routing' }));
    await app.claude.messages.create(asking('Ist das gut?\nJa, oder NEIN?'));
    await app.claude.messages.create(asking('Скажи «Да»'));
    await app.claude.messages.create(asking('Куда?'));
    expect(app.records.map(({ optimization }) => optimization?.decisions[0]?.reason.split(': ')[1] ?? null)).toEqual([
      "a simple task by request type 'routing'.",
      "a simple task by the word 'ja oder nein'.",
      "a simple task by the word 'да'.",
      null,
    ]);
  });

  it('asks a classifier of the user, in place of words', async () => {
    const tasks: ClassifiedTask[] = [];
    const app = await boot({ isSimple: async (task) => tasks.push(task) > 1 });
    const params = asking('Prove it', { system: [{ type: 'text', text: 'Be brief.' }] });
    await app.claude.messages.create(params, callContext({ user: 'u1' }));
    await readAll(app, params);
    expect(app.sim.requests.map(({ model }) => model)).toEqual([LARGE, SMALL]);
    expect(tasks[0]).toMatchObject({
      model: LARGE,
      systemText: 'Be brief.',
      userText: 'Prove it',
      context: { user: 'u1' },
    });
  });

  it.each<[string, () => Promise<boolean>, string]>([
    ['fails', () => Promise.reject(new Error('classifier away')), 'classifier away'],
    ['hangs', () => new Promise(() => undefined), 'took longer than 20 ms'],
  ])('leaves a call alone whose classifier %s, and tells of it', async (_, isSimple, message) => {
    const app = await boot({ isSimple, isSimpleTimeoutMs: 20 });
    const events: OptimizerEvent[] = [];
    app.optimizer.events.subscribe((event) => events.push(event));
    await app.claude.messages.create(SIMPLE);
    expect(lastBody(app)).toEqual(SIMPLE);
    expect(events).toEqual([{ type: 'strategy-failed', strategy: 'smaller-model', error: expect.any(Error) }]);
    expect(String(events[0]?.error)).toContain(message);
  });

  it('saves nothing where a fallback model answered in the end', async () => {
    const app = await bootWith(['smaller-model'], false, {
      retry: { baseDelayMs: 1, fallbackModels: { [LARGE]: ['claude-sonnet-5-5'] } },
    });
    app.sim.onMessage().failWith(529).once();
    await app.claude.messages.create(SIMPLE);
    expect(app.sim.requests.map(({ model }) => model)).toEqual([SMALL, 'claude-sonnet-5-5']);
    expect(lastOptimization(app).savingNanoUsd).toBe(0);
  });
});
