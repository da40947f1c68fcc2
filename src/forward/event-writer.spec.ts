import type { ServerResponse } from 'node:http';
import { EventWriter } from './event-writer.js';

const STREAM = 'event: a\ndata: {"text":"é\u{1f600}"}\n\n: comment\n\nevent: b\r\ndata: 1\r\n\r\nevent: c\ndata: 2\n\n';

/** A writer, and what it wrote; `takes` is what the client's side answers to a write. */
function writer(takes = true): { events: EventWriter; written: () => string; writes: Buffer[]; ended: () => boolean } {
  const writes: Buffer[] = [];
  let ended = false;
  const out = {
    write: (chunk: Uint8Array) => {
      writes.push(Buffer.from(chunk));
      return takes;
    },
    end: (chunk?: string) => {
      if (chunk !== undefined) writes.push(Buffer.from(chunk));
      ended = true;
    },
  } as unknown as ServerResponse;
  return { events: new EventWriter(out), written: () => Buffer.concat(writes).toString(), writes, ended: () => ended };
}

function cut(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

describe('EventWriter', () => {
  it('writes a chunk of whole events at once and as it is', () => {
    const { events, writes } = writer();
    events.push(Buffer.from('data: 1\n\n'));
    events.push(new TextEncoder().encode('data: 2\n\ndata: 3\r\n\r\n'));
    expect(writes.map(String)).toEqual(['data: 1\n\n', 'data: 2\n\ndata: 3\r\n\r\n']);
  });

  it('keeps the beginning of an event back until its end arrives', () => {
    const { events, written } = writer();
    events.push(Buffer.from('data: 1\n\ndata: 2'));
    expect(written()).toBe('data: 1\n\n');
    events.push(Buffer.from('2'));
    expect(written()).toBe('data: 1\n\n');
    events.push(Buffer.from('2\n\ndata'));
    expect(written()).toBe('data: 1\n\ndata: 222\n\n');
  });

  it.each([1, 2, 3, 5, 7, 11, 64])('hands out the same bytes, event by event, of pieces of %i bytes', (size) => {
    const { events, written } = writer();
    for (const piece of cut(Buffer.from(STREAM), size)) {
      events.push(piece);
      expect(written()).toMatch(/(?:^|\n\n|\n\r\n)$/);
    }
    events.end();
    expect(written()).toBe(STREAM);
  });

  it('sees the end of an event in a blank line that two chunks share', () => {
    const { events, written } = writer();
    events.push(Buffer.from('data: 1\n'));
    events.push(Buffer.from('\ndata: 2'));
    expect(written()).toBe('data: 1\n\n');
  });

  it('writes what is left when the stream ends, and ends', () => {
    const { events, written, ended } = writer();
    events.push(Buffer.from('data: 1'));
    events.end();
    expect([written(), ended()]).toEqual(['data: 1', true]);
  });

  it('drops the event that was begun when the stream breaks', () => {
    const { events, written, ended } = writer();
    events.push(Buffer.from('data: 1\n\ndata: {"half'));
    events.fail('event: error\ndata: {}\n\n');
    expect([written(), ended()]).toEqual(['data: 1\n\nevent: error\ndata: {}\n\n', true]);
  });

  it('tells when the client is behind, and not when there was nothing to write', () => {
    const { events } = writer(false);
    expect(events.push(Buffer.from('data: 1\n\n'))).toBe(false);
    expect(events.push(Buffer.from('data'))).toBe(true);
  });
});
