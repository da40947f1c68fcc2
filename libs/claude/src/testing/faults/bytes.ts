import type { Step } from '../http/step.js';

/** gzip's own header is 10 bytes long; what is broken behind it looks fine to whoever reads headers only. */
const GZIP_HEADER_BYTES = 10;

/** A copy that no longer inflates. */
export function corrupt(gzip: Uint8Array): Uint8Array {
  return Uint8Array.from(gzip, (byte, index) => (index < GZIP_HEADER_BYTES ? byte : byte ^ 0xff));
}

/** A text in writes of `chunkBytes` bytes, wherever that cuts it. All tokens come with the last one. */
export function segments(text: string, chunkBytes: number, tokens: number): readonly Step[] {
  const bytes = Buffer.from(text);
  const count = Math.ceil(bytes.length / chunkBytes);
  return Array.from({ length: count }, (_, index): Step => {
    const chunk = bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes);
    return { do: 'segment', bytes: chunk, tokens: index === count - 1 ? tokens : 0 };
  });
}
