import { isObject, objectsOf, type JsonObject } from '../json.js';

/** A message of a request, after validation. */
export interface MessageTurn {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: string | readonly JsonObject[];
}

/** The fields of a request for a message that the simulator acts on, after validation. Others are kept and ignored. */
export interface MessageBody extends JsonObject {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly MessageTurn[];
  readonly stream?: boolean | null;
  readonly system?: string | readonly JsonObject[] | null;
  readonly stop_sequences?: readonly string[] | null;
  readonly tools?: readonly JsonObject[] | null;
  readonly tool_choice?: { readonly type: string; readonly name?: string } | null;
  readonly thinking?: { readonly type: string; readonly display?: string | null } | null;
  readonly cache_control?: JsonObject | null;
  readonly speed?: 'standard' | 'fast' | null;
  readonly inference_geo?: string | null;
}

/** All text of a content, blocks and nested tool results included, in order. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return objectsOf(content)
    .map((block) => (typeof block.text === 'string' ? block.text : textOf(block.content)))
    .filter((text) => text !== '')
    .join('\n');
}

/** The text of the last user turn of a body, whether or not it has been checked. */
export function lastUserText(body: unknown): string {
  if (!isObject(body)) return '';
  return textOf(objectsOf(body.messages).findLast(({ role }) => role === 'user')?.content);
}
