import { WireBody } from './body.js';
import { Source, Tap, bytes } from './spec-support/body.js';

describe('the tap of a body', () => {
  let source: Source;
  let body: WireBody;

  beforeEach(() => {
    source = new Source();
    body = new WireBody(source, 10);
  });

  it('sees each chunk before the consumer, and the end', async () => {
    const tap = new Tap();
    body.tap(tap);
    const pending = body.read();
    body.push(bytes('one'));
    expect(tap.seen).toEqual(['one']);
    await pending;
    body.end();
    expect(tap.seen).toEqual(['one', '<end>']);
  });

  it.each([
    ['an open body', () => undefined, []],
    ['an ended body', () => body.end(), ['<end>']],
    ['a failed body', () => body.fail(new Error('reset')), ['<fail reset>']],
  ])('is told what happened to %s before it was set', (_, settle, expected) => {
    body.push(bytes('one'));
    body.push(bytes('two'));
    settle();
    const tap = new Tap();
    body.tap(tap);
    expect(tap.seen).toEqual(['one', 'two', ...expected]);
  });

  it('is told of a body that was cancelled before it was set', () => {
    body.cancel();
    const tap = new Tap();
    body.tap(tap);
    expect(tap.seen).toEqual(['<cancel>']);
  });

  it('is told once that the consumer cancelled', () => {
    const tap = new Tap();
    body.tap(tap);
    body.cancel();
    body.cancel();
    body.fail(new Error('aborted'));
    expect(tap.seen).toEqual(['<cancel>']);
  });

  it('can replace the error the consumer gets', async () => {
    const better = new Error('better');
    body.tap(Object.assign(new Tap(), { fail: () => better }));
    body.fail(new Error('plain'));
    await expect(body.read()).rejects.toBe(better);
  });

  it('fails the body and aborts its source by throwing at a chunk', async () => {
    const tap = Object.assign(new Tap(), {
      chunk: () => {
        throw new Error('too large');
      },
    });
    body.tap(tap);
    body.push(bytes('x'));
    expect(source.calls).toEqual(['abort']);
    expect(tap.seen).toEqual(['<fail too large>']);
    expect(body.settled).toBe('failed');
    await expect(body.read()).rejects.toThrow('too large');
  });

  it('withholds the chunk it throws at in a replay, and what came after that', async () => {
    body.push(bytes('good'));
    body.push(bytes('bad'));
    body.push(bytes('never seen'));
    body.end();
    const seen: string[] = [];
    const tap = Object.assign(new Tap(), {
      chunk: (chunk: Uint8Array) => {
        if (seen.push(Buffer.from(chunk).toString()) === 2) throw new Error('malformed');
      },
    });
    body.tap(tap);
    expect(seen).toEqual(['good', 'bad']);
    expect(Buffer.from((await body.read()) ?? []).toString()).toBe('good');
    await expect(body.read()).rejects.toThrow('malformed');
  });

  it('fails the body by throwing at its end', async () => {
    body.tap(
      Object.assign(new Tap(), {
        end: () => {
          throw new Error('truncated');
        },
      }),
    );
    body.push(bytes('part'));
    body.end();
    expect(Buffer.from((await body.read()) ?? []).toString()).toBe('part');
    await expect(body.read()).rejects.toThrow('truncated');
    expect(body.settled).toBe('failed');
  });

  it('is refused when there is one, or when reading has begun', () => {
    body.tap(new Tap());
    expect(() => body.tap(new Tap())).toThrow('has a tap already');
    const read = new WireBody(source);
    void read.read();
    expect(() => read.tap(new Tap())).toThrow('is being read already');
    read.end();
  });
});
