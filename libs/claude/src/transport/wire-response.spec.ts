import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { WireBody, type BodySource } from './body.js';
import { rejection, until, untilCollected } from './spec-support/waiting.js';
import { WireResponse } from './wire-response.js';

const HEAD = { status: 200, statusText: 'OK', url: 'http://127.0.0.1/', headers: ['content-type', 'application/json'] };
const SOURCE: BodySource = { pause() {}, resume() {}, abort() {} };

describe('WireResponse.fromBytes', () => {
  const bytes = Buffer.from('{"a":1}');

  it('hands on the parsed value itself, once', async () => {
    const parsed = { a: 1 };
    const response = WireResponse.fromBytes(HEAD, bytes, parsed);
    expect(response.bodyUsed).toBe(false);
    await expect(response.json()).resolves.toBe(parsed);
    expect(response.bodyUsed).toBe(true);
    expect(response.body?.locked).toBe(true);
    expect((await rejection(response.json())).name).toBe('TypeError');
  });

  it('hands on a parsed null', async () => {
    await expect(WireResponse.fromBytes(HEAD, Buffer.from('null'), null).json()).resolves.toBeNull();
  });

  it('parses the bytes when nothing was parsed', async () => {
    await expect(WireResponse.fromBytes(HEAD, bytes).json()).resolves.toEqual({ a: 1 });
    expect((await rejection(WireResponse.fromBytes(HEAD, Buffer.alloc(0)).json())).name).toBe('SyntaxError');
  });

  it('reads everything else from the bytes, clones too', async () => {
    const parsed = { a: 1 };
    const response = WireResponse.fromBytes(HEAD, bytes, parsed);
    const clone = response.clone();
    const cloned = await clone.json();
    expect(cloned).toEqual(parsed);
    expect(cloned).not.toBe(parsed);
    await expect(response.clone().text()).resolves.toBe('{"a":1}');
    const buffer = await response.clone().arrayBuffer();
    expect(buffer.byteLength).toBe(bytes.length);
    expect(Buffer.concat(await Readable.fromWeb(response.body as never).toArray()).toString()).toBe('{"a":1}');
    expect(response.bodyUsed).toBe(true);
  });

  it('hands on the parsed value after somebody has looked at the body, as the SDK does', async () => {
    const parsed = { a: 1 };
    const response = WireResponse.fromBytes(HEAD, bytes, parsed);
    expect(response.body?.locked).toBe(false);
    await expect(response.json()).resolves.toBe(parsed);
  });

  it('takes the head of another response', () => {
    const other = WireResponse.fromBytes({ ...HEAD, status: 529 }, bytes);
    expect(WireResponse.fromBytes(other, bytes)).toMatchObject({ status: 529, ok: false, url: HEAD.url });
  });

  it('gives copies of its bytes', async () => {
    const copy = await WireResponse.fromBytes(HEAD, bytes).bytes();
    copy.fill(0);
    expect(bytes.toString()).toBe('{"a":1}');
  });
});

describe('WireResponse.from', () => {
  it('returns one of ours unchanged', () => {
    const response = WireResponse.fromBytes(HEAD, Buffer.alloc(0));
    expect(WireResponse.from(response)).toBe(response);
  });

  it('keeps what a foreign response says of itself', async () => {
    const foreign = new Response('text', { status: 418, statusText: 'Teapot', headers: { 'x-a': 'b' } });
    const response = WireResponse.from(foreign);
    expect(response).toMatchObject({ status: 418, statusText: 'Teapot', ok: false, redirected: false, url: '' });
    expect(response.headers.get('x-a')).toBe('b');
    await expect(response.text()).resolves.toBe('text');
    expect(WireResponse.from(new Response(null, { status: 204 })).body).toBeNull();
  });

  it('pulls only as much as is wanted', async () => {
    let pulled = 0;
    const stream = new ReadableStream({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(16 * 1024));
      },
    });
    const response = WireResponse.from(new Response(stream));
    await until(() => pulled >= 5);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pulled).toBeLessThanOrEqual(7);
    await response.body?.cancel();
  });

  it('passes on a failure as it is, and a cancellation to the foreign body', async () => {
    const failure = new Error('theirs');
    const failing = WireResponse.from(new Response(new ReadableStream({ pull: (to) => to.error(failure) })));
    await expect(failing.text()).rejects.toBe(failure);
    let reason: unknown;
    const open = WireResponse.from(new Response(new ReadableStream({ cancel: (given) => void (reason = given) })));
    open.wire?.cancel(failure);
    await until(() => reason === failure);
  });

  it('lets go of a foreign body when it is garbage', async () => {
    let cancelled = false;
    const stream = new ReadableStream({ cancel: () => void (cancelled = true) });
    (() => void WireResponse.from(new Response(stream)))();
    await untilCollected(() => cancelled);
    expect(cancelled).toBe(true);
  });

  it('takes a body that is no web stream, as some fetch functions give', async () => {
    const foreign = { status: 200, statusText: '', url: '', headers: new Headers(), redirected: false };
    const body = Readable.from(['one ', 'two']);
    const response = WireResponse.from({ ...foreign, body } as unknown as Response);
    await expect(response.text()).resolves.toBe('one two');
  });
});

describe('WireResponse', () => {
  it('keeps its body alive that was moved, or is read directly, before it was guarded', async () => {
    const moved = new WireBody(SOURCE);
    const direct = new WireBody(SOURCE);
    const dropped = new WireBody(SOURCE);
    const holder = (() => {
      const responses = [moved, direct, dropped].map((body) => new WireResponse({ ...HEAD, body }));
      const later = new WireResponse({ ...HEAD, body: moved });
      direct.push(Buffer.from('x'));
      void direct.read();
      for (const response of responses) response.guard();
      return later;
    })();
    await untilCollected(() => dropped.settled === 'cancelled');
    expect([moved.settled, direct.settled]).toEqual(['open', 'open']);
    expect(holder.wire).toBe(moved);
  });

  it('gives out again what was collected from its body, parsed if it was', async () => {
    const collected = async (): Promise<[WireResponse, Buffer]> => {
      const response = new WireResponse({ ...HEAD, body: WireBody.of(Buffer.from('{"a":1}')) });
      expect(response.body?.locked).toBe(false);
      return [response, (await response.wire?.collect()) ?? Buffer.alloc(0)];
    };
    const parsed = { a: 1 };
    const [response, bytes] = await collected();
    expect(response.hold(bytes, parsed)).toBe(response);
    expect(response.bodyUsed).toBe(false);
    await expect(response.json()).resolves.toBe(parsed);
    expect(response.bodyUsed).toBe(true);
    const [other, again] = await collected();
    let text = '';
    for await (const chunk of other.hold(again, parsed).body ?? []) text += Buffer.from(chunk).toString();
    expect(text).toBe('{"a":1}');
  });

  it('lets go of a moved body when its last holder is garbage', async () => {
    const body = new WireBody(SOURCE);
    (() => void new WireResponse({ ...HEAD, body: new WireResponse({ ...HEAD, body }).wire }))();
    await untilCollected(() => body.settled === 'cancelled');
    expect(body.used).toBe(true);
  });

  it('keeps its body alive when that is moved to another response', async () => {
    const first = new WireBody(SOURCE);
    const dropped = new WireBody(SOURCE);
    const moved = (() => {
      const response = new WireResponse({ ...HEAD, body: first });
      response.guard();
      new WireResponse({ ...HEAD, body: dropped }).guard();
      return new WireResponse({ ...HEAD, status: 201, body: response.wire });
    })();
    await untilCollected(() => dropped.settled === 'cancelled');
    expect(first.settled).toBe('open');
    first.push(Buffer.from('late'));
    first.end();
    await expect(moved.text()).resolves.toBe('late');
  });

  it('locks the stream handed out before when it is cloned', async () => {
    const response = new WireResponse({ ...HEAD, body: WireBody.of(Buffer.from('x')) });
    const before = response.body;
    const clone = response.clone();
    expect(before?.locked).toBe(true);
    expect(response.body?.locked).toBe(false);
    await expect(Promise.all([response.text(), clone.text()])).resolves.toEqual(['x', 'x']);
  });

  it('reads by text() what a released reader has left untouched', async () => {
    const response = new WireResponse({ ...HEAD, body: WireBody.of(Buffer.from('x')) });
    response.body?.getReader().releaseLock();
    await expect(response.text()).resolves.toBe('x');
  });

  it('can be logged at any time, unread or read', async () => {
    const response = new WireResponse({ ...HEAD, body: WireBody.of(Buffer.from('x')) });
    expect(inspect(response)).toContain('status: 200');
    expect(inspect(response.body)).toBe("ReadableStream { locked: false, wire: 'ended' }");
    await response.text();
    expect(inspect(response)).toContain('bodyUsed: true');
    expect(inspect(response.body)).toBe("ReadableStream { locked: true, wire: 'ended' }");
  });
});
