import { inspect } from 'node:util';
import { nameOfThrown } from './spec-support/waiting.js';
import { WireHeaders } from './wire-headers.js';

const RAW = ['X-B', '1', 'set-cookie', 'a=1', 'A', 'x', 'x-b', '2', 'Set-Cookie', 'b=2'];

describe('WireHeaders', () => {
  it('decodes buffers as latin1', () => {
    expect(new WireHeaders([Buffer.from('Name'), Buffer.from([0xe9])]).get('name')).toBe('é');
  });

  it('reads buffers alike, whether all are views of one chunk, one of them is not, or each is on its own', () => {
    const text = RAW.join('');
    const chunk = Buffer.from(`HTTP/1.1 200 OK${text}the body`);
    let at = chunk.indexOf(text);
    const views = RAW.map((part) => chunk.subarray(at, (at += part.length)));
    const mixed = views.with(3, Buffer.from(RAW[3] ?? ''));
    const apart = RAW.map((part) => Buffer.from(part));
    for (const raw of [views, mixed, apart, views.toReversed()]) {
      const expected = new WireHeaders(raw.map((part) => part.toString()));
      const headers = new WireHeaders(raw);
      expect([headers.get('X-b'), headers.get('A'), headers.get('set-cookie'), headers.get('none')]).toEqual([
        expected.get('X-b'),
        expected.get('A'),
        expected.get('set-cookie'),
        null,
      ]);
      expect([...headers]).toEqual([...expected]);
    }
  });

  it('lists what the platform lists', () => {
    const pairs = Array.from({ length: RAW.length / 2 }, (_, at): [string, string] => [
      RAW[2 * at] ?? '',
      RAW[2 * at + 1] ?? '',
    ]);
    expect([...new WireHeaders(RAW)]).toEqual([...new Headers(pairs)]);
  });

  it('can be changed', () => {
    const headers = new WireHeaders(RAW);
    headers.set('a', 'y');
    headers.append('a', 'z');
    headers.append('Set-Cookie', 'c=3');
    headers.delete('x-b');
    expect([...headers]).toEqual([
      ['a', 'y, z'],
      ['set-cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['set-cookie', 'c=3'],
    ]);
    expect(headers.get('A')).toBe('y, z');
    expect(headers.has('x-b')).toBe(false);
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2', 'c=3']);
    expect([...headers.keys()]).toEqual(['a', 'set-cookie', 'set-cookie', 'set-cookie']);
    expect(nameOfThrown(() => headers.set('no name', ''))).toBe('TypeError');
  });

  it('hands out lists that are the caller’s own', () => {
    const headers = new WireHeaders(RAW);
    for (const pair of headers.entries()) pair[1] = 'changed';
    expect(headers.get('a')).toBe('x');
  });

  it('has copies that are independent, changed or not', () => {
    const headers = new WireHeaders(RAW);
    headers.copy().set('a', 'y');
    expect(headers.get('a')).toBe('x');
    headers.set('a', 'z');
    const copy = headers.copy();
    headers.set('a', 'later');
    expect(copy.get('a')).toBe('z');
  });

  it('is readable in a log', () => {
    expect(inspect(new WireHeaders(['A', 'x']))).toBe("Headers { a: 'x' }");
  });
});
