import { countTokens, piecesOf } from '../usage/tokens.js';
import { fillCharacters } from '../seed.js';
import type { ReplyBlock, TextReply, ThinkingReply, ToolUseReply } from './reply.js';
import { deltaEvent, plainEvent, type StreamEvent } from './stream-event.js';

/** About four tokens, as the API groups them. */
const TEXT_DELTA_CHARACTERS = 16;
const JSON_DELTA_CHARACTERS = 12;

/** A block of an answer in both its forms. */
export interface ContentBlock {
  /** In a JSON answer. */
  readonly whole: object;
  /** In a stream, from `content_block_start` to `content_block_stop`. */
  readonly events: readonly StreamEvent[];
  readonly tokens: number;
  readonly thinkingTokens: number;
}

/** @param salt Decides ids and signatures that the reply leaves open. */
export function contentBlock(block: ReplyBlock, index: number, salt: string): ContentBlock {
  if (block.type === 'text') return textBlock(block, index);
  if (block.type === 'thinking') return thinkingBlock(block, index, salt);
  if (block.type === 'tool_use') return toolUseBlock(block, index, `${salt} ${index}`);
  const tokens = countTokens(JSON.stringify(block));
  return { whole: block, events: framed(index, block, [], tokens), tokens, thinkingTokens: 0 };
}

function textBlock(reply: TextReply, index: number): ContentBlock {
  const whole = Object.assign({ type: 'text', text: '', citations: null }, reply);
  const deltas = piecesOf(whole.text, TEXT_DELTA_CHARACTERS).map(({ text, tokens }) =>
    deltaEvent(index, { type: 'text_delta', text }, tokens),
  );
  const events = framed(index, { ...whole, text: '' }, deltas);
  return { whole, events, tokens: countTokens(whole.text), thinkingTokens: 0 };
}

function thinkingBlock(reply: ThinkingReply, index: number, salt: string): ContentBlock {
  const signature = reply.signature ?? Buffer.from(fillCharacters(`signature ${salt}`, 48)).toString('base64');
  const deltas = piecesOf(reply.thinking, TEXT_DELTA_CHARACTERS).map(({ text, tokens }) =>
    deltaEvent(index, { type: 'thinking_delta', thinking: text }, tokens),
  );
  const signed = deltaEvent(index, { type: 'signature_delta', signature }, 0);
  const start = { type: 'thinking', thinking: '', signature: '' };
  const tokens = countTokens(reply.thinking);
  const whole = { type: 'thinking', thinking: reply.thinking, signature };
  return { whole, events: framed(index, start, [...deltas, signed]), tokens, thinkingTokens: tokens };
}

function toolUseBlock(reply: ToolUseReply, index: number, salt: string): ContentBlock {
  const { partialJson, id = `toolu_01${fillCharacters(`tool ${salt}`, 22)}`, ...rest } = reply;
  const whole = Object.assign({ type: 'tool_use', id, name: '', input: {}, caller: { type: 'direct' } }, rest);
  const json = partialJson ?? JSON.stringify(reply.input);
  const deltas = piecesOf(json, JSON_DELTA_CHARACTERS).map(({ text, tokens }) =>
    deltaEvent(index, { type: 'input_json_delta', partial_json: text }, tokens),
  );
  // The API opens every tool input with an empty piece.
  const opening = deltaEvent(index, { type: 'input_json_delta', partial_json: '' }, 0);
  const events = framed(index, { ...whole, input: {} }, [opening, ...deltas]);
  return { whole, events, tokens: countTokens(json), thinkingTokens: 0 };
}

function framed(index: number, block: object, deltas: readonly StreamEvent[], tokens = 0): readonly StreamEvent[] {
  const start = plainEvent('content_block_start', { type: 'content_block_start', index, content_block: block });
  const stop = plainEvent('content_block_stop', { type: 'content_block_stop', index });
  return [{ ...start, tokens }, ...deltas, stop];
}
