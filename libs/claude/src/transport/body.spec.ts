import { WireBody, type BodySource } from './body.js';
import { Source, bytes, readAll } from './spec-support/body.js';
import { rejection, untilCollected } from './spec-support/waiting.js';

describe('WireBody', () => {
  let source: Source;
  let body: WireBody;

  beforeEach(() => {
    source = new Source();
    body = new WireBody(source, 10);
  });

  it('gives the chunks in order and then null, again and again', async () => {
    body.push(bytes('one '));
    body.push(bytes('two'));
    body.end();
    await expect(readAll(body)).resolves.toBe('one two');
    await expect(body.read()).resolves.toBeNull();
    expect(body.settled).toBe('ended');
  });

  it('wakes a waiting reader once for all chunks that arrive together', async () => {
    const pending = body.read();
    body.push(bytes('a'));
    body.push(bytes('b'));
    expect(Buffer.from((await pending) ?? []).toString()).toBe('ab');
  });

  it('gives what arrived before a failure, and then the failure at every read', async () => {
    body.push(bytes('part'));
    body.fail(new Error('reset'));
    expect(Buffer.from((await body.read()) ?? []).toString()).toBe('part');
    await expect(body.read()).rejects.toThrow('reset');
    await expect(body.read()).rejects.toThrow('reset');
  });

  it('ignores what a source says after its end', async () => {
    body.push(bytes('all'));
    body.end();
    body.push(bytes('more'));
    body.fail(new Error('late'));
    await expect(readAll(body)).resolves.toBe('all');
  });

  it('refuses a second read while one is pending', async () => {
    const first = body.read();
    await expect(body.read()).rejects.toThrow('A read of the body is pending');
    body.end();
    await expect(first).resolves.toBeNull();
  });

  describe('back-pressure', () => {
    it('pauses the source above the high-water mark and resumes it when that is read', async () => {
      body.push(bytes('12345678901'));
      expect(source.calls).toEqual(['pause']);
      expect(body.queuedBytes).toBe(11);
      await body.read();
      expect(source.calls).toEqual(['pause', 'resume']);
      expect(body.queuedBytes).toBe(0);
    });

    it('does not pause while it must keep flowing, and makes up for it afterwards', () => {
      body.keepFlowing = true;
      body.push(bytes('12345678901'));
      expect(source.calls).toEqual([]);
      body.keepFlowing = false;
      expect(source.calls).toEqual(['pause']);
    });

    it('lets the source flow while the whole body is collected', async () => {
      body.push(bytes('12345678901'));
      const whole = body.collect();
      expect(source.calls).toEqual(['pause', 'resume']);
      body.push(bytes('12345678901'));
      body.end();
      expect((await whole).toString()).toBe('1234567890112345678901');
      expect(source.calls).toEqual(['pause', 'resume']);
    });
  });

  describe('collect', () => {
    it('rejects with the failure, also one that comes later', async () => {
      const whole = body.collect();
      body.push(bytes('part'));
      body.fail(new Error('reset'));
      await expect(whole).rejects.toThrow('reset');
      await expect(body.collect()).rejects.toThrow('reset');
    });

    it('rejects when the body is cancelled meanwhile, instead of giving a part of it', async () => {
      const whole = body.collect();
      body.push(bytes('part'));
      body.cancel();
      expect((await rejection(whole)).name).toBe('AbortError');
    });
  });

  describe('cancel', () => {
    it('aborts the source once, with the reason if that is an error', () => {
      const reason = new Error('enough');
      body.cancel(reason);
      body.cancel();
      expect(source.calls).toEqual(['abort']);
      expect(source.reason).toBe(reason);
      expect(body.settled).toBe('cancelled');
    });

    it('ends a pending read', async () => {
      const pending = body.read();
      body.cancel();
      await expect(pending).resolves.toBeNull();
    });

    it('drops what is unread of a body that ended, and leaves its source alone', async () => {
      body.push(bytes('unread'));
      body.end();
      body.cancel();
      expect(source.calls).toEqual([]);
      expect(body.settled).toBe('ended');
      await expect(body.read()).resolves.toBeNull();
    });
  });

  it('withholds what has arrived when the caller has aborted since', async () => {
    const aborted = new Error('aborted');
    const interrupted = new WireBody({ ...noSource, interruption: () => aborted });
    interrupted.push(bytes('arrived'));
    interrupted.end();
    await expect(interrupted.read()).rejects.toBe(aborted);
    await expect(interrupted.read()).rejects.toBe(aborted);
  });

  describe('guard', () => {
    it('cancels the body when its owner is garbage', async () => {
      body.guard({});
      await untilCollected(() => body.settled === 'cancelled');
      expect(source.calls).toEqual(['abort']);
    });

    it('leaves a body alone that somebody waits for', async () => {
      const other = new WireBody(new Source());
      other.guard({});
      body.guard({});
      const pending = body.next();
      await untilCollected(() => other.settled === 'cancelled');
      expect(body.settled).toBe('open');
      body.push(bytes('x'));
      await pending;
    });

    it('ends when the body is read directly', async () => {
      const other = new WireBody(new Source());
      other.guard({});
      body.guard({});
      body.push(bytes('x'));
      await body.read();
      await untilCollected(() => other.settled === 'cancelled');
      expect(body.settled).toBe('open');
    });
  });
});

const noSource: BodySource = { pause() {}, resume() {}, abort() {} };
