import fc from 'fast-check';
import { imageSizeOf, type ImageSize } from './image-size.js';

/** Writes an image's beginning: bytes at their places, the rest zero. */
function image(...parts: readonly (readonly [at: number, bytes: readonly number[] | string])[]): Buffer {
  const head = Buffer.alloc(200);
  for (const [at, bytes] of parts) Buffer.from(typeof bytes === 'string' ? bytes : [...bytes]).copy(head, at);
  return head;
}

const BE16 = (value: number): number[] => [value >> 8, value & 0xff];
const LE16 = (value: number): number[] => [value & 0xff, value >> 8];
const PNG = '\x89PNG\r\n\x1a\n';

/** A segment of a JPEG: marker, its own length, payload. */
const segment = (marker: number, payload: readonly number[]): number[] => [
  0xff,
  marker,
  ...BE16(payload.length + 2),
  ...payload,
];
const frame = ({ widthPx, heightPx }: ImageSize, marker = 0xc0): number[] =>
  segment(marker, [8, ...BE16(heightPx), ...BE16(widthPx), 3]);
const jpeg = (...segments: readonly (readonly number[])[]): Buffer => image([0, [0xff, 0xd8, ...segments.flat()]]);

const WRITERS: Readonly<Record<string, (size: ImageSize) => Buffer>> = {
  PNG: ({ widthPx, heightPx }) =>
    image([0, Buffer.from(PNG, 'latin1').toJSON().data], [12, 'IHDR'], [18, BE16(widthPx)], [22, BE16(heightPx)]),
  GIF: ({ widthPx, heightPx }) => image([0, 'GIF89a'], [6, LE16(widthPx)], [8, LE16(heightPx)]),
  'lossy WebP': ({ widthPx, heightPx }) =>
    image([0, 'RIFF'], [8, 'WEBPVP8 '], [23, [0x9d, 1, 0x2a]], [26, LE16(widthPx)], [28, LE16(heightPx)]),
  'lossless WebP': ({ widthPx, heightPx }) => {
    const bits = (widthPx - 1) | ((heightPx - 1) << 14);
    return image([0, 'RIFF'], [8, 'WEBPVP8L'], [20, [0x2f, ...LE16(bits & 0xffff), ...LE16(bits >>> 16)]]);
  },
  'extended WebP': ({ widthPx, heightPx }) =>
    image([0, 'RIFF'], [8, 'WEBPVP8X'], [24, LE16(widthPx - 1)], [27, LE16(heightPx - 1)]),
  JPEG: (size) => jpeg(segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0]), frame(size)),
  'progressive JPEG': (size) => jpeg(segment(0xdb, [1, 2, 3]), [0xff], frame(size, 0xc2)),
};

describe('imageSizeOf', () => {
  it.each(Object.entries(WRITERS))('reads the size of a %s', (_, write) => {
    const side = fc.integer({ min: 1, max: 16_383 });
    fc.assert(
      fc.property(side, side, (widthPx, heightPx) => {
        expect(imageSizeOf(write({ widthPx, heightPx }).toString('base64'))).toEqual({ widthPx, heightPx });
      }),
    );
  });

  it('takes tables and restarts of a JPEG for no frame', () => {
    const size = { widthPx: 640, heightPx: 480 };
    const tables = [0xc4, 0xc8, 0xcc].map((marker) => segment(marker, [1, 0, 9, 0, 9, 1]));
    expect(imageSizeOf(jpeg(...tables, frame(size)).toString('base64'))).toEqual(size);
  });

  it('does not look for the frame of a JPEG behind a large preview', () => {
    const preview = segment(
      0xe1,
      Array.from({ length: 5_000 }, () => 7),
    );
    const bytes = Buffer.from([0xff, 0xd8, ...preview, ...frame({ widthPx: 640, heightPx: 480 })]);
    expect(imageSizeOf(bytes.toString('base64'))).toBeNull();
  });

  it.each(['', 'iVBORw0KGgo=', 'https://example.com/a.png', 'data:image/png;base64,iVBORw0KGgo'])(
    'tells nothing of %p',
    (text) => {
      expect(imageSizeOf(text)).toBeNull();
    },
  );

  it('gives no image without a side', () => {
    const write = WRITERS['PNG'] as (size: ImageSize) => Buffer;
    expect(imageSizeOf(write({ widthPx: 0, heightPx: 10 }).toString('base64'))).toBeNull();
    expect(imageSizeOf(write({ widthPx: 10, heightPx: 0 }).toString('base64'))).toBeNull();
  });

  it('ends on any bytes behind any beginning', () => {
    const beginning = fc.constantFrom(
      [0xff, 0xd8],
      [0xff, 0xd8, 0xff],
      [...Buffer.from(PNG, 'latin1')],
      [...Buffer.from('RIFF0000WEBPVP8L')],
    );
    fc.assert(
      fc.property(beginning, fc.uint8Array({ maxLength: 6_000, size: 'max' }), (first, rest) => {
        const size = imageSizeOf(Buffer.from([...first, ...rest]).toString('base64'));
        expect(size === null || (size.widthPx > 0 && size.heightPx > 0)).toBe(true);
      }),
    );
  });
});
