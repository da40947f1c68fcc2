import { WireBody } from './body.js';
import { Source, Tap, bytes, readAll } from './spec-support/body.js';
import { rejection } from './spec-support/waiting.js';

describe('a teed body', () => {
  let source: Source;
  let body: WireBody;

  beforeEach(() => {
    source = new Source();
    body = new WireBody(source, 10);
  });

  it('gives everything to both, what had arrived included, and to the tap once', async () => {
    const tap = new Tap();
    body.tap(tap);
    body.push(bytes('one '));
    const [left, right] = body.tee();
    body.push(bytes('two'));
    body.end();
    await expect(Promise.all([readAll(left), readAll(right)])).resolves.toEqual(['one two', 'one two']);
    expect(tap.seen).toEqual(['one ', 'two', '<end>']);
  });

  it('carries the failure to both', async () => {
    const [left, right] = body.tee();
    body.fail(new Error('reset'));
    await expect(left.read()).rejects.toThrow('reset');
    await expect(right.read()).rejects.toThrow('reset');
  });

  it('does not wait for a branch that nobody reads', async () => {
    const [left] = new WireBody(source, 10).tee();
    const whole = left.collect();
    expect(source.calls).toEqual([]);
    left.cancel();
    await rejection(whole);
  });

  it('pauses the source while neither branch wants more', async () => {
    const [left, right] = body.tee();
    body.push(Buffer.alloc(70_000));
    expect(source.calls).toEqual(['pause']);
    await left.read();
    expect(source.calls).toEqual(['pause', 'resume']);
    body.push(Buffer.alloc(70_000));
    expect(source.calls).toEqual(['pause', 'resume', 'pause']);
    expect(right.queuedBytes).toBe(140_000);
  });

  it('cancels the source when both branches are cancelled', () => {
    const tap = new Tap();
    body.tap(tap);
    const [left, right] = body.tee();
    left.cancel();
    expect(source.calls).toEqual([]);
    right.cancel();
    expect(source.calls).toEqual(['abort']);
    expect(tap.seen).toEqual(['<cancel>']);
  });

  it('fails both branches when the trunk is cancelled', async () => {
    const [left, right] = body.tee();
    body.cancel();
    expect((await rejection(left.read())).name).toBe('AbortError');
    expect((await rejection(right.read())).name).toBe('AbortError');
  });
});
