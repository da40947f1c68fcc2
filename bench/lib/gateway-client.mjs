import { Agent, request } from 'undici';

/** A client of one gateway that asks one thing: as light as can be, for it shares the machine with what it measures. */
export class GatewayClient {
  #url;
  #options;

  constructor({ url, headers = {} }, body, connections) {
    this.#url = `${url}/v1/messages`;
    this.#options = {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
        accept: 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
      dispatcher: new Agent({ connections, bodyTimeout: 0 }),
    };
  }

  /** Asks, and reads the answer to its end. */
  async ask() {
    const { statusCode, body } = await request(this.#url, this.#options);
    const bytes = await body.arrayBuffer();
    if (statusCode >= 300 || bytes.byteLength < 400) throw new Error(`${this.#url} answered ${statusCode}.`);
  }

  /** Opens streams that begin and do not go on. Resolves, when all have begun, with what ends them. */
  async hold(streams) {
    const bodies = [];
    const open = async () => {
      const { statusCode, body } = await request(this.#url, this.#options);
      if (statusCode >= 300) throw new Error(`${this.#url} answered ${statusCode}.`);
      body.on('error', () => undefined);
      await new Promise((resolve) => body.once('data', resolve));
      bodies.push(body);
    };
    // Not all at once, which no server's backlog takes.
    for (let opened = 0; opened < streams; opened += 50) {
      await Promise.all(Array.from({ length: Math.min(50, streams - opened) }, open));
    }
    return () => {
      for (const body of bodies) body.destroy();
      return new Promise((resolve) => setTimeout(resolve, 500));
    };
  }
}
