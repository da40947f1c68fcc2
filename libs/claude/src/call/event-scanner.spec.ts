import fc from 'fast-check';
import { ProtocolError } from '../errors/errors.js';
import { EventScanner, unescapeDelta, type EventSink } from './event-scanner.js';

/** Writes down what it is told. */
class Notes implements EventSink {
  readonly told: unknown[] = [];
  text = '';
  messageStart(data: unknown): void {
    this.told.push(['messageStart', data]);
  }
  contentBlock(): void {
    this.told.push('contentBlock');
  }
  contentDelta(field: string, escaped: string): void {
    this.told.push(['contentDelta', field]);
    if (field === 'text') this.text += unescapeDelta(escaped);
  }
  messageDelta(data: unknown): void {
    this.told.push(['messageDelta', data]);
  }
  messageStop(): void {
    this.told.push('messageStop');
  }
  ping(): void {
    this.told.push('ping');
  }
  error(data: unknown): void {
    this.told.push(['error', data]);
  }
  other(): void {
    this.told.push('other');
  }
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

function textDelta(text: string): string {
  return event('content_block_delta', { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
}

function scan(wire: string | Buffer, cuts: readonly number[] = [], maxEventBytes?: number): Notes {
  const notes = new Notes();
  const scanner = new EventScanner(notes, maxEventBytes);
  const bytes = Buffer.from(wire as string);
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    scanner.push(bytes.subarray(start, cut));
    start = cut;
  }
  scanner.end();
  return notes;
}

const WHOLE =
  event('message_start', { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 3 } } }) +
  event('ping', { type: 'ping' }) +
  event('content_block_start', { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }) +
  textDelta('Grüße, "Welt"\n') +
  textDelta('👩‍🚀 और 你好') +
  event('content_block_stop', { type: 'content_block_stop', index: 0 }) +
  event('message_delta', { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } }) +
  event('message_stop', { type: 'message_stop' });

describe('EventScanner', () => {
  it('tells the events of a stream in order', () => {
    const notes = scan(WHOLE);
    expect(notes.told.map((note) => (Array.isArray(note) ? (note as unknown[])[0] : note))).toEqual([
      'messageStart',
      'ping',
      'contentBlock',
      'contentDelta',
      'contentDelta',
      'contentBlock',
      'messageDelta',
      'messageStop',
    ]);
    expect(notes.text).toBe('Grüße, "Welt"\n👩‍🚀 और 你好');
  });

  it('finds the same however the bytes are cut and lines are ended', () => {
    const expected = scan(WHOLE);
    const endings = fc.constantFrom('\n', '\r\n', '\r');
    const cuts = fc.array(fc.nat(Buffer.byteLength(WHOLE)), { maxLength: 40 });
    fc.assert(
      fc.property(endings, cuts, (ending, places) => {
        const wire = WHOLE.replaceAll('\n', ending);
        const notes = scan(
          wire,
          places.toSorted((a, b) => a - b),
        );
        expect(notes.told).toEqual(expected.told);
        expect(notes.text).toBe(expected.text);
      }),
    );
  });

  it('gives back any text that was put into deltas', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), (texts) => {
        expect(scan(texts.map(textDelta).join('')).text).toBe(texts.join(''));
      }),
    );
  });

  it.each([
    [0, 'text_delta', 'text'],
    [12, 'text_delta', 'text'],
    [1_234, 'input_json_delta', 'partial_json'],
  ])('finds the string of a delta of block %d, a %s', (index, type, field) => {
    const told: string[][] = [];
    class Deltas extends Notes {
      override contentDelta(...delta: [field: string, escaped: string]): void {
        told.push(delta);
      }
    }
    const value = 'a "type":"b" } \\';
    const data = { type: 'content_block_delta', index, delta: { type, [field]: value } };
    new EventScanner(new Deltas()).push(Buffer.from(event('content_block_delta', data)));
    expect(told).toEqual([[field, JSON.stringify(value).slice(1, -1)]]);
  });

  it('reads a delta whose JSON goes over two lines', () => {
    const [first, second] = ['{"type":"content_block_delta","index":0,', '"delta":{"type":"text_delta","text":"x"}}'];
    expect(scan(`event: content_block_delta\ndata: ${first}\ndata: ${second}\n\n`).text).toBe('x');
  });

  it('reads a delta whose JSON is laid out in another way', () => {
    const spaced =
      '{ "delta": { "text": "h\\u00e4 \\"x\\"", "type": "text_delta" }, "index": 0, "type": "content_block_delta" }';
    expect(scan(event('content_block_delta', spaced)).text).toBe('hä "x"');
  });

  it('passes over comments, unknown fields, unknown events and a byte order mark', () => {
    const wire = `\ufeffevent: ping\ndata: {}\n\n: comment\n\nid: 7\nevent: future_event\ndata: {"a":1}\n\nretry: 5\n\n`;
    expect(scan(wire).told).toEqual(['ping', 'other']);
  });

  it('hands on an error event, be it JSON or not', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'x' } };
    expect(scan(event('error', error) + event('error', 'plain words')).told).toEqual([
      ['error', error],
      ['error', 'plain words'],
    ]);
  });

  it('counts a last event that lacks its blank line, and none that ends within a line, as the SDK does', () => {
    const stop = 'event: message_stop\ndata: {"type":"message_stop"}';
    expect(scan(`${stop}\n`).told).toEqual(['messageStop']);
    expect(scan(stop).told).toEqual([]);
    expect(scan(stop.slice(0, -5)).told).toEqual([]);
  });

  it('refuses an event that is JSON but no object', () => {
    expect(() => scan(event('message_delta', 'null'))).toThrow(ProtocolError);
  });

  it.each([
    ['cut off', '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","te'],
    [
      'with a raw control character',
      '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\u0001b"}}',
    ],
    ['with a broken escape', '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\x"}}'],
    [
      'with a broken unicode escape',
      '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\\u12g4"}}',
    ],
  ])('refuses a delta %s', (_, data) => {
    expect(() => scan(event('content_block_delta', data))).toThrow(ProtocolError);
  });

  it('refuses any other event that is not JSON, without quoting it', () => {
    expect(() => scan(event('message_delta', '{"secret":'))).toThrow(
      /`message_delta` event \(10 bytes\) is not a JSON object/,
    );
  });

  it('refuses an event above the limit as soon as the limit is passed', () => {
    const notes = new Notes();
    const scanner = new EventScanner(notes, 1_000);
    scanner.push(Buffer.from('event: content_block_delta\ndata: '));
    expect(() => {
      for (let kib = 0; kib < 3; kib++) scanner.push(Buffer.alloc(600, 'x'));
    }).toThrow(/larger than 1000 bytes.*`maxEventBytes`/s);
  });

  it('accepts many small events that are larger than the limit together', () => {
    expect(scan(textDelta('abc').repeat(100), [], 200).text).toBe('abc'.repeat(100));
  });
});
