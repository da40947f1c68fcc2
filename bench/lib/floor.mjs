// The least that can stand below the SDK: an undici handler and an object with just what the SDK reads. No abort, no
// back-pressure, no time-outs, no decoding, no `Response`. What the SDK costs on top of this is not ours to save.
import Anthropic from '@anthropic-ai/sdk';
import { Agent } from 'undici';

class FloorHeaders {
  constructor(raw) {
    this.raw = raw;
  }
  get(name) {
    const { raw } = this;
    for (let index = 0; index < raw.length; index += 2) {
      if (raw[index].length === name.length && raw[index].toString('latin1').toLowerCase() === name)
        return raw[index + 1].toString('latin1');
    }
    return null;
  }
  *entries() {
    for (let index = 0; index < this.raw.length; index += 2) {
      yield [this.raw[index].toString('latin1').toLowerCase(), this.raw[index + 1].toString('latin1')];
    }
  }
}

class FloorResponse {
  url = '';
  bodyUsed = false;
  chunks = [];
  ended = false;
  wake = null;
  constructor(status, raw) {
    this.status = status;
    this.ok = status < 300;
    this.headers = new FloorHeaders(raw);
    this.body = { locked: false, [Symbol.asyncIterator]: () => this };
  }
  more() {
    return new Promise((resolve) => (this.wake = resolve));
  }
  async json() {
    while (!this.ended) await this.more();
    return JSON.parse(Buffer.concat(this.chunks).toString());
  }
  async next() {
    while (this.chunks.length === 0 && !this.ended) await this.more();
    const value = this.chunks.shift();
    return { value, done: value === undefined };
  }
  async return() {
    return { value: undefined, done: true };
  }
}

export function floorClient(baseURL) {
  const agent = new Agent();
  const fetch = (url, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const { origin, pathname } = new URL(url);
      const flat = [];
      for (const [name, value] of headers) flat.push(name, value);
      let response;
      agent.dispatch(
        { origin, path: pathname, method, headers: flat, body },
        {
          onConnect() {},
          onHeaders(status, raw) {
            response = new FloorResponse(status, raw);
            resolve(response);
            return true;
          },
          onData(chunk) {
            response.chunks.push(chunk);
            response.wake?.();
            return true;
          },
          onComplete() {
            response.ended = true;
            response.wake?.();
          },
          onError: reject,
        },
      );
    });
  return new Anthropic({ apiKey: 'bench', baseURL, maxRetries: 0, openTelemetry: false, fetch });
}
