import { crc32 } from 'node:zlib';

/**
 * One message of `application/vnd.amazon.eventstream`: lengths and their checksum, headers of strings, the payload, and a
 * checksum of all. Source: AWS, "Amazon event stream specification".
 */
export function eventStreamMessage(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => stringHeader(name, value)));
  const body = Buffer.from(payload);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(16 + head.length + body.length, 0);
  lengths.writeUInt32BE(head.length, 4);
  const prelude = Buffer.concat([lengths, checksum(lengths)]);
  const message = Buffer.concat([prelude, head, body]);
  return Buffer.concat([message, checksum(message)]);
}

/** A piece of a model's answer, as Bedrock wraps it. */
export function chunkMessage(event: unknown): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
  return eventStreamMessage(
    { ':event-type': 'chunk', ':content-type': 'application/json', ':message-type': 'event' },
    // Padding of random length, which is there to hide how long pieces are.
    JSON.stringify({ bytes, p: 'abcdefghijkl' }),
  );
}

/** What ends a stream that fails, such as `throttlingException`. */
export function exceptionMessage(type: string, message: string): Buffer {
  return eventStreamMessage(
    { ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' },
    JSON.stringify({ message }),
  );
}

/** The type of a header that is a string. */
const STRING = 7;

function stringHeader(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([
    Buffer.of(Buffer.byteLength(name)),
    Buffer.from(name),
    Buffer.of(STRING),
    length,
    Buffer.from(value),
  ]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
