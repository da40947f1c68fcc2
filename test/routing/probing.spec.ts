import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { eventually, PARAMS, rejection } from '../support/claude-harness.js';
import { bootLimits, type LimitHarness } from '../support/limit-harness.js';
import { KEYS, THREE } from './support.js';

const [ONE, TWO] = THREE;
if (ONE === undefined || TWO === undefined) throw new Error('There are three.');

/** An API of its own that can be away. It has models to list, and nothing else. */
class Backend {
  readonly asked: string[] = [];
  port = 0;
  /** Whether it leaves requests without an answer. */
  isSilent = false;
  #server: Server | null = null;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      if (this.isSilent) return;
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify({ data: [], has_more: false, first_id: null, last_id: null }));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

let backend: Backend;
beforeEach(async () => {
  backend = new Backend();
  await backend.open();
  await backend.close();
});
afterEach(() => backend.close());

type Options = Parameters<typeof bootLimits>[1];

/** The first endpoint is away until the backend is open. Circuits open at the first failure, for 4 seconds. */
async function boot(options: Options = {}): Promise<LimitHarness> {
  const circuit = { consecutiveFailures: 1, baseOpenMs: 5_000, maxOpenMs: 5_000 };
  const endpoints = [{ ...ONE, baseURL: backend.url }, TWO] as NonNullable<NonNullable<Options>['endpoints']>;
  const routing = { strategy: 'round-robin', probe: { intervalMs: 10_000 } } as const;
  return bootLimits(false, { endpoints, circuit, routing, ...options }, { apiKeys: KEYS });
}

/** Time passes, and whoever is asked in it comes to its end. */
async function pass(app: LimitHarness, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) {
    app.still.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    await eventually(() => app.claude.activeCalls === 0, 'nobody was asked any more', 5_000);
  }
}

describe('An endpoint that is out', () => {
  it('is asked for its models once its circuit may be tried, until that is closed', async () => {
    const app = await boot();
    await app.claude.messages.create(PARAMS);
    expect(app.record().attempts).toMatchObject([{ endpoint: 'e1' }, { endpoint: 'e2', status: 200 }]);
    expect(app.circuits.circuit('e1').state).toBe('open');
    await backend.open();
    // Nothing is drawn from the interval's spread: it is 8 s.
    app.still.advance(8_000);
    await eventually(() => app.circuits.circuit('e1').state === 'closed', 'the circuit closed');
    expect(backend.asked).toEqual(['GET /v1/models?limit=1', 'GET /v1/models?limit=1']);
    const probes = app.records.filter(({ requestType }) => requestType === 'endpoint-probe');
    expect(probes.map(({ operation, outcome }) => [operation, outcome.kind])).toEqual([
      ['models.list', 'succeeded'],
      ['models.list', 'succeeded'],
    ]);
    // One that is well is not asked.
    await eventually(() => app.claude.activeCalls === 0, 'both probes were over');
    await pass(app, 30);
    expect(backend.asked).toHaveLength(2);
  });

  it('is left alone while its circuit is open, and costs no more than a probe while it stays away', async () => {
    const app = await boot({ circuit: { consecutiveFailures: 1, baseOpenMs: 60_000, maxOpenMs: 60_000 } });
    await app.claude.messages.create(PARAMS);
    const attempts = (): number => app.endpoints.snapshot()[0]?.attempts ?? 0;
    // The circuit is open for 48 s: what is drawn from its spread, as from that of the interval, is nothing.
    await pass(app, 47);
    expect([attempts(), app.records.length]).toEqual([1, 1]);
    await pass(app, 13);
    expect(attempts()).toBe(2);
    expect(app.circuits.circuit('e1').state).toBe('open');
  });

  it('is asked whether its key is taken again, when that has been left alone for long enough', async () => {
    const app = await boot({ endpoints: [ONE, TWO] });
    app.sim.acceptKeys([KEYS[1]]);
    await app.claude.messages.create(PARAMS);
    expect(app.endpoints.snapshot()[0]).toMatchObject({ obstacle: 'key' });
    app.sim.acceptKeys(KEYS);
    app.still.advance(8_000);
    const isTaken = (): boolean => app.keyEvents.some(({ type }) => type === 'accepted');
    await eventually(isTaken, 'the key was taken again');
    expect(app.sim.requests.at(-1)).toMatchObject({ path: '/v1/models', apiKeyIndex: 0 });
  });

  it('is not asked when it is drained, nor by default, nor after a shutdown', async () => {
    const app = await boot();
    await app.claude.messages.create(PARAMS);
    app.endpoints.drain('e1');
    await backend.open();
    await pass(app, 30);
    expect([backend.asked, app.records.length]).toEqual([[], 1]);
    app.endpoints.restore('e1');
    await app.close();
    app.still.advance(30_000);
    expect(backend.asked).toEqual([]);
    const unasked = await boot({ routing: { strategy: 'round-robin' } });
    await backend.close();
    await unasked.claude.messages.create(PARAMS);
    await backend.open();
    await pass(unasked, 120);
    expect(backend.asked).toEqual([]);
  });

  it('does not hold up a shutdown that finds it being asked', async () => {
    const app = await boot();
    await app.claude.messages.create(PARAMS);
    backend.isSilent = true;
    await backend.open();
    app.still.advance(8_000);
    await eventually(() => backend.asked.length === 1, 'it was asked');
    await app.close();
    expect(app.claude.activeCalls).toBe(0);
    expect(app.clock.held).toBe(0);
  });

  it('may be the only one', async () => {
    const app = await boot({
      endpoints: [{ ...ONE, baseURL: backend.url }] as NonNullable<NonNullable<Options>['endpoints']>,
      routing: { probe: {} },
      retry: false,
    });
    await rejection(app.claude.messages.create(PARAMS));
    await backend.open();
    app.still.advance(48_000);
    await eventually(() => app.circuits.circuit('e1').state === 'closed', 'the circuit closed');
  });
});

describe('Options of probes', () => {
  function messageFor(options: object): string {
    try {
      resolveSettings({ endpoints: THREE, ...options }, {});
    } catch (error) {
      if (error instanceof Error) return error.message;
    }
    return 'accepted';
  }

  it.each<[object, string]>([
    [{ routing: { probe: {} } }, 'accepted'],
    [{ routing: { probe: false } }, 'accepted'],
    [{ routing: { probe: true } }, '`routing.probe` must be an object or false'],
    [{ routing: { probe: { intervalMs: 4_999 } } }, '`routing.probe.intervalMs` must be a number of at least 5000'],
    [{ routing: { probe: { timeoutMs: 60_001 } } }, '`routing.probe.timeoutMs` must not be above'],
    [{ endpoints: [ONE], routing: { probe: {} } }, 'accepted'],
    [
      { endpoints: [ONE], routing: { probe: {}, strategy: 'random' } },
      '`routing.strategy` would do nothing with a single',
    ],
    [{ endpoints: [ONE], routing: { probe: false } }, '`routing` would do nothing with a single'],
    [
      { endpoints: [{ name: 'a', client: { request: () => undefined } }], circuit: false, routing: { probe: {} } },
      '`routing.probe` would do nothing with `circuit: false`',
    ],
  ])('%j: %s', (options, message) => {
    expect(messageFor(options)).toContain(message);
  });

  it('have defaults', () => {
    const { routing } = resolveSettings({ endpoints: THREE, routing: { probe: { timeoutMs: 500 } } }, {});
    expect(routing.probe).toEqual({ intervalMs: 60_000, timeoutMs: 500 });
    expect(resolveSettings({ endpoints: THREE }, {}).routing.probe).toBe(false);
  });
});
