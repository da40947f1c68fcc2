import type { ReadResult } from './body.types.js';
import { PlatformReadableStream } from './platform.js';

interface PullSource {
  next(): Promise<ReadResult>;
  cancel(reason?: unknown): void;
}

/**
 * A real web stream of bytes over a body. Nothing is read ahead. Chunks are copied, as the platform's `fetch` does too: a
 * byte stream detaches the buffers it is given, and these are shared with the socket's other chunks.
 */
export function toReadableStream(source: PullSource): ReadableStream<Uint8Array> {
  return new PlatformReadableStream({
    type: 'bytes',
    async pull(controller) {
      const { value, done } = await source.next();
      if (done !== true) return controller.enqueue(new Uint8Array(value));
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel(reason) {
      source.cancel(reason);
    },
  });
}
