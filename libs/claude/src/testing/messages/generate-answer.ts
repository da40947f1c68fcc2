import { isObject, type JsonObject } from '../json.js';
import { hash32 } from '../../call/hash32.js';
import { createRandom } from '../seed.js';
import { countTokens, firstTokens } from '../usage/tokens.js';
import { Answer } from './answer.js';
import { lastUserText, type MessageBody } from './message-body.js';
import type { ReplyBlock, ThinkingReply, ToolUseReply } from './reply.js';
import { sampleOf } from './sample-schema.js';
import { writeText, writeThinking } from './simulated-text.js';

/**
 * The answer nobody scripted: the same for the same salt. It honours `max_tokens`, `stop_sequences`, forced tool use,
 * thinking and structured output.
 */
export function generateAnswer(body: MessageBody, model: string, salt: string): Answer {
  const random = createRandom(hash32(salt));
  const thinking = thinks(body) ? [thinkingBlock(body, writeThinking(random))] : [];
  const tokensLeft = body.max_tokens - thinking.reduce((sum, block) => sum + countTokens(block.thinking), 0);
  const tool = forcedTool(body);
  const rest = tool
    ? toolReply(tool, tokensLeft)
    : textReply(structuredText(body) ?? writeText(model, lastUserText(body), random), body, tokensLeft);
  return new Answer({ ...rest, content: [...thinking, ...rest.content] }, salt);
}

interface PartialReply {
  readonly content: readonly ReplyBlock[];
  readonly stopReason: 'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use';
  readonly stopSequence?: string;
}

function thinks({ thinking }: MessageBody): boolean {
  return thinking?.type === 'enabled' || thinking?.type === 'adaptive';
}

/** Takes at most half of `max_tokens`, so that something is left to say. */
function thinkingBlock(body: MessageBody, thinking: string): ThinkingReply {
  const isOmitted = body.thinking?.display === 'omitted';
  return { type: 'thinking', thinking: isOmitted ? '' : firstTokens(thinking, Math.floor(body.max_tokens / 2)) };
}

function forcedTool({ tools, tool_choice: choice }: MessageBody): JsonObject | undefined {
  if (choice?.type === 'any') return tools?.find(({ input_schema: schema }) => isObject(schema)) ?? tools?.[0];
  return choice?.type === 'tool' ? tools?.find(({ name }) => name === choice.name) : undefined;
}

function toolReply(tool: JsonObject, maxTokens: number): PartialReply {
  const input = isObject(tool.input_schema) ? sampleOf(tool.input_schema) : {};
  const use: ToolUseReply = { type: 'tool_use', name: String(tool.name), input };
  const json = JSON.stringify(input);
  if (countTokens(json) <= maxTokens) return { content: [use], stopReason: 'tool_use' };
  const cut: ToolUseReply = { ...use, input: {}, partialJson: firstTokens(json, maxTokens) };
  return { content: [cut], stopReason: 'max_tokens' };
}

/** JSON for the schema of `output_config.format`, or of its older name `output_format`. */
function structuredText(body: MessageBody): string | undefined {
  const config = body.output_config;
  const format = (isObject(config) ? config.format : undefined) ?? body.output_format;
  if (!isObject(format) || !isObject(format.schema)) return undefined;
  return JSON.stringify(sampleOf(format.schema));
}

function textReply(text: string, body: MessageBody, maxTokens: number): PartialReply {
  const stop = firstStop(text, body.stop_sequences ?? []);
  const said = text.slice(0, stop?.index);
  const heard = firstTokens(said, maxTokens);
  const content = [{ type: 'text' as const, text: heard }];
  if (heard !== said) return { content, stopReason: 'max_tokens' };
  return stop
    ? { content, stopReason: 'stop_sequence', stopSequence: stop.sequence }
    : { content, stopReason: 'end_turn' };
}

function firstStop(text: string, sequences: readonly string[]): { index: number; sequence: string } | undefined {
  const found = sequences.flatMap((sequence) => {
    const index = sequence === '' ? -1 : text.indexOf(sequence);
    return index < 0 ? [] : [{ index, sequence }];
  });
  return found.toSorted((left, right) => left.index - right.index)[0];
}
