import type Anthropic from '@anthropic-ai/sdk';
import type { ClaudeModuleOptions, GivenStrategy, OptimizationRecord } from 'nestjs-claude';
import { bootClaude, type ClaudeHarness } from '../support/claude-harness.js';

export const LARGE = 'claude-opus-5-5';
export const SMALL = 'claude-haiku-5-5';

type Params = Anthropic.MessageCreateParamsNonStreaming;

/** A task that is simple by its words. */
export const SIMPLE: Params = {
  model: LARGE,
  max_tokens: 1_000,
  messages: [{ role: 'user', content: 'Please classify this mail: the parcel never came' }],
};

/** Letters and spaces alone, of which our estimate and the simulator make tokens at one ratio. */
export function prose(words: number): string {
  return 'lorem ipsum dolor sit amet '.repeat(Math.ceil(words / 5)).trim();
}

/** A conversation of so many questions, each but the last one with its answer. */
export function conversation(questions: number, words = 50): Params {
  const turns = Array.from({ length: questions }, (_, n): Anthropic.MessageParam[] => [
    { role: 'user', content: `question ${n} ${prose(words)}` },
    { role: 'assistant', content: `answer ${n} ${prose(words)}` },
  ]);
  return { model: LARGE, max_tokens: 500, messages: turns.flat().slice(0, -1) };
}

/** Boots with strategies, and without limits, which would have to wait. */
export function bootWith(
  strategies: readonly GivenStrategy[],
  dryRun = false,
  more: ClaudeModuleOptions = {},
): Promise<ClaudeHarness> {
  return bootClaude({ optimize: { strategies, dryRun }, rateLimit: false, ...more });
}

/** What optimization did to the last call. */
export function lastOptimization(app: ClaudeHarness): OptimizationRecord {
  const { optimization } = app.record();
  if (optimization === null) throw new Error('The last call was left alone.');
  return optimization;
}

/** Reads a stream to its end. */
export async function readAll(app: ClaudeHarness, params: Params): Promise<void> {
  for await (const event of await app.claude.messages.create({ ...params, stream: true })) void event;
}

/** The body of the last request, as it was received. */
export function lastBody(app: ClaudeHarness): Params {
  return app.sim.lastRequest().body as Params;
}
