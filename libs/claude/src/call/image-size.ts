/** The size of an image. */
export interface ImageSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Where the sizes of PNG, GIF and WebP are. */
const HEAD_BYTES = 64;

/** How far into a JPEG its size is looked for; behind a large preview it is not found. */
const JPEG_HEAD_BYTES = 4_096;

/** Reads the size of a PNG, JPEG, GIF or WebP from its first bytes; `null` when they do not tell. */
export function imageSizeOf(base64: string): ImageSize | null {
  const head = firstBytes(base64, HEAD_BYTES);
  if (head.length < 30) return null;
  const size = isJpeg(head)
    ? jpegSize(firstBytes(base64, JPEG_HEAD_BYTES))
    : (pngSize(head) ?? gifSize(head) ?? webpSize(head));
  return size !== null && size.widthPx > 0 && size.heightPx > 0 ? size : null;
}

function firstBytes(base64: string, bytes: number): Buffer {
  return Buffer.from(base64.slice(0, Math.ceil(bytes / 3) * 4), 'base64');
}

/** W3C PNG specification, 5.2 and 11.2.1. */
function pngSize(head: Buffer): ImageSize | null {
  if (head.readUInt32BE(0) !== 0x89504e47) return null;
  return { widthPx: head.readUInt32BE(16), heightPx: head.readUInt32BE(20) };
}

/** GIF89a specification, 17 and 18. */
function gifSize(head: Buffer): ImageSize | null {
  if (head.readUInt32BE(0) !== 0x47494638) return null;
  return { widthPx: head.readUInt16LE(6), heightPx: head.readUInt16LE(8) };
}

/** RFC 9649, 2.5 to 2.7 and 3.4. */
function webpSize(head: Buffer): ImageSize | null {
  if (head.readUInt32BE(0) !== 0x52494646 || head.readUInt32BE(8) !== 0x57454250) return null;
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { widthPx: head.readUInt16LE(26) & 0x3fff, heightPx: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { widthPx: (bits & 0x3fff) + 1, heightPx: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { widthPx: head.readUIntLE(24, 3) + 1, heightPx: head.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}

function isJpeg(head: Buffer): boolean {
  return head.readUInt16BE(0) === 0xffd8;
}

/** From the first frame header (ITU-T T.81, B.1 and B.2.2). */
function jpegSize(head: Buffer): ImageSize | null {
  let at = 2;
  while (at + 9 <= head.length && head[at] === 0xff) {
    const marker = head.readUInt8(at + 1);
    if (isFrameHeader(marker)) return { widthPx: head.readUInt16BE(at + 7), heightPx: head.readUInt16BE(at + 5) };
    // A fill byte stands for itself, any other segment tells its length.
    at += marker === 0xff ? 1 : 2 + head.readUInt16BE(at + 2);
  }
  return null;
}

/** SOF0 to SOF15, without the three markers in between that mean something else. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
