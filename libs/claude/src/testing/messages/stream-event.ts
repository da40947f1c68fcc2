/** One server-sent event of an answer. */
export interface StreamEvent {
  /** As it goes over the wire, the blank line included. */
  readonly text: string;
  /** Output tokens that are generated with it. */
  readonly tokens: number;
  /** Whether it is a `content_block_delta`, which is what faults count. */
  readonly isDelta: boolean;
}

export function sse(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

export const PING = 'event: ping\ndata: {"type": "ping"}\n\n';

/** An event with no tokens that is no delta. */
export function plainEvent(name: string, data: unknown): StreamEvent {
  return { text: sse(name, data), tokens: 0, isDelta: false };
}

export function deltaEvent(index: number, delta: unknown, tokens: number): StreamEvent {
  return { text: sse('content_block_delta', { type: 'content_block_delta', index, delta }), tokens, isDelta: true };
}
