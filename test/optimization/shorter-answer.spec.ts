import type Anthropic from '@anthropic-ai/sdk';
import { callContext } from 'nestjs-claude';
import { bootClaude, type ClaudeHarness } from '../support/claude-harness.js';
import { lastBody, lastOptimization, prose, readAll } from './support.js';

const ASKED: Anthropic.MessageCreateParamsNonStreaming = {
  model: 'claude-opus-5-5',
  max_tokens: 4_000,
  messages: [{ role: 'user', content: 'How are you?' }],
};

/** 40 tokens for the simulator: with a factor of 2, 80 are allowed. */
const SHORT = 'abcd'.repeat(40);

const LOWERED = 80;

/** Boots with a length that is learned from two answers, and answers of that length for real, whatever is asked. */
async function bootTaught(dryRun = false, more: object = {}): Promise<ClaudeHarness> {
  const strategy = { use: 'shorter-answer', minimumAnswers: 2, safetyFactor: 2, minimumTokens: 1 } as const;
  const app = await bootClaude({ optimize: { strategies: [strategy], dryRun }, rateLimit: false, ...more });
  app.sim.onMessage().reply(SHORT).times(2);
  await app.claude.messages.create(ASKED);
  await readAll(app, ASKED);
  expect(app.record().optimization).toBeNull();
  return app;
}

/** Answers at length, as far as a request allows. */
function answerAtLength({ sim }: ClaudeHarness, words: number): void {
  const text = prose(words);
  sim.onMessage().reply(({ body }) => {
    const allowed = 4 * body.max_tokens;
    const isCut = text.length > allowed;
    return { content: text.slice(0, allowed), stopReason: isCut ? 'max_tokens' : 'end_turn' };
  });
}

describe('The strategy shorter-answer', () => {
  it('lowers max_tokens to what answers of the kind needed, and tells how much less budgets held', async () => {
    const budgets = [{ name: 'all', limitUsd: 5, window: 'day' as const }];
    const app = await bootTaught(false, { cost: { budgets } });
    app.sim.onMessage().reply(SHORT);
    await app.claude.messages.create(ASKED);
    expect(lastBody(app)).toEqual({ ...ASKED, max_tokens: LOWERED });
    const { decisions, savingNanoUsd, expectedSavingNanoUsd } = lastOptimization(app);
    expect([savingNanoUsd, expectedSavingNanoUsd]).toEqual([0, 0]);
    expect(decisions[0]?.reason).toBe(
      'max_tokens 4000 → 80: 95 % of the last 2 answers of the kind had at most 40 tokens.',
    );
    expect(decisions[0]?.heldLessNanoUsd).toBe((4_000 - LOWERED) * 20_000);
    const [first, , last] = app.records.map(({ attempts }) => attempts[0]?.reservedNanoUsd ?? NaN);
    expect((first ?? NaN) - (last ?? NaN)).toBe((4_000 - LOWERED) * 20_000);
    expect(app.record().maxTokensLoweredTo).toBeNull();
  });

  it('makes an answer that was cut short once more with the value of the caller, and counts the waste', async () => {
    const app = await bootTaught();
    answerAtLength(app, 300);
    const message = await app.claude.messages.create(ASKED);
    expect([message.stop_reason, message.usage.output_tokens > LOWERED]).toEqual(['end_turn', true]);
    expect(app.sim.requests.slice(2).map(({ body }) => (body as typeof ASKED).max_tokens)).toEqual([LOWERED, 4_000]);
    const { attempts, costNanoUsd } = app.record();
    const wasted = attempts[0]?.cost?.nanoUsd ?? NaN;
    expect(costNanoUsd).toBe(wasted + (attempts[1]?.cost?.nanoUsd ?? NaN));
    expect(lastOptimization(app)).toMatchObject({
      reversal: 'cut-short',
      savingNanoUsd: -wasted,
      wastedNanoUsd: wasted,
    });
    expect(app.optimizer.summary()).toMatchObject({ cutShort: 1, wastedNanoUsd: wasted, savingNanoUsd: -wasted });
  });

  it('makes it no third time: an answer cut short by the value of the caller is handed out', async () => {
    const app = await bootTaught();
    answerAtLength(app, 10_000);
    const message = await app.claude.messages.create(ASKED);
    expect([message.stop_reason, message.usage.output_tokens]).toEqual(['max_tokens', 4_000]);
    expect(app.record().attempts).toHaveLength(2);
  });

  it('tells in a dry run what would have been wasted', async () => {
    const [dry, real] = [await bootTaught(true), await bootTaught()];
    for (const app of [dry, real]) {
      answerAtLength(app, 300);
      await app.claude.messages.create(ASKED);
    }
    expect(lastOptimization(dry).wastedNanoUsd).toBe(lastOptimization(real).wastedNanoUsd);
    expect(lastOptimization(dry).savingNanoUsd).toBe(lastOptimization(real).savingNanoUsd);
    expect(lastBody(dry)).toEqual(ASKED);
  });

  it('leaves streams alone, which cannot be made again, and calls that think', async () => {
    const app = await bootTaught();
    await readAll(app, ASKED);
    expect(lastBody(app).max_tokens).toBe(4_000);
    await app.claude.messages.create({ ...ASKED, thinking: { type: 'enabled', budget_tokens: 1_024 } });
    expect(lastBody(app).max_tokens).toBe(4_000);
  });

  it('learns each kind of request for itself, and not from answers that were cut off', async () => {
    const app = await bootTaught();
    const asks = async (maxTokens: number): Promise<number> => {
      await app.claude.messages.create({ ...ASKED, max_tokens: maxTokens }, callContext({ requestType: 'chat' }));
      return lastBody(app).max_tokens;
    };
    answerAtLength(app, 10_000);
    expect([await asks(50), await asks(50), await asks(4_000)]).toEqual([50, 50, 4_000]);
    expect(app.records.slice(2).map(({ attempts }) => attempts.length)).toEqual([1, 1, 1]);
  });

  it('leaves an answer alone that a budget cut short', async () => {
    const clamp = { clamp: { minTokens: 1 } };
    const budgets = [{ name: 'all', limitUsd: 0.002, window: 'day' as const, onShortfall: clamp }];
    const app = await bootTaught(false, { cost: { budgets } });
    answerAtLength(app, 10_000);
    await app.claude.messages.create(ASKED);
    expect(lastBody(app).max_tokens).toBeLessThan(LOWERED);
    expect(app.record().attempts).toHaveLength(1);
    expect(lastOptimization(app).reversal).toBeNull();
  });
});
