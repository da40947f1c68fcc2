import type { ClaudeHealth } from 'nestjs-claude';
import { systemClock } from '../../libs/claude/src/call/clock.js';
import {
  ADMIN,
  OPEN,
  afterTest,
  eventually,
  gatewayFor,
  HELLO,
  send,
  sendToAdmin,
  startPair,
  startSimulator,
} from './support.js';

const DRAIN_MS = 54_321;

/** Holds every wait of a length until the test lets it pass. */
function heldWaits(lengthMs: number): { readonly held: (() => void)[] } {
  const held: (() => void)[] = [];
  const setTimer = systemClock.setTimer.bind(systemClock);
  const spy = jest.spyOn(systemClock, 'setTimer').mockImplementation((callback, delayMs, awaited) => {
    if (delayMs !== lengthMs) return setTimer(callback, delayMs, awaited);
    held.push(callback);
    return { cancel: () => undefined };
  });
  afterTest(async () => spy.mockRestore());
  return { held };
}

describe('Health', () => {
  it('is 200 with JSON that nobody keeps, without a request upstream', async () => {
    const { sim, gateway } = await startPair();
    for (const path of ['/health', '/health/ready']) {
      const { status, headers, text } = await send(gateway, path);
      expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect((JSON.parse(text) as ClaudeHealth).status).toBe('up');
    }
    expect(JSON.parse((await send(gateway, '/health/live')).text)).toEqual({ status: 'ok' });
    expect(sim.requests).toEqual([]);
  });

  it('is 503 while it is down, and alive all the same', async () => {
    const { sim, gateway } = await startPair({ apiKeys: ['sk-ant-another'] });
    await send(gateway, '/v1/messages', { body: HELLO });
    const detail = await send(gateway, '/health');
    expect([detail.status, JSON.parse(detail.text)]).toEqual([
      503,
      expect.objectContaining({
        status: 'down',
        rules: expect.objectContaining({ key: expect.objectContaining({ endpoints: { default: 'refused' } }) }),
      }),
    ]);
    const ready = await send(gateway, '/health/ready');
    expect([ready.status, JSON.parse(ready.text)]).toEqual([
      503,
      {
        status: 'down',
        rules: {
          ledger: 'up',
          lifecycle: 'up',
          key: 'down',
          store: 'up',
          endpoint: 'up',
          circuit: 'up',
          successRate: 'up',
          budget: 'up',
          limiter: 'up',
        },
      },
    ]);
    expect((await send(gateway, '/health/live')).status).toBe(200);
    expect(sim.requests).toHaveLength(1);
  });

  it('tells details on the admin listener, behind its token, and none where others can reach the gateway', async () => {
    const { url } = await startSimulator();
    const gateway = await gatewayFor(url, {}, { ...ADMIN, ...OPEN });
    expect((JSON.parse((await send(gateway, '/health')).text) as ClaudeHealth).rules.key).toBe('up');
    const { status, text } = await sendToAdmin(gateway, '/health');
    expect([status, (JSON.parse(text) as ClaudeHealth).rules.key]).toEqual([
      200,
      { status: 'up', usable: 1, total: 1, endpoints: {} },
    ]);
    expect((await sendToAdmin(gateway, '/health/ready')).status).toBe(200);
    expect((await sendToAdmin(gateway, '/health', { authorization: null })).status).toBe(401);
  });

  it('goes down before the front door closes, for as long as load balancers need', async () => {
    const { held } = heldWaits(DRAIN_MS);
    const { gateway } = await startPair({}, { health: { drainDelayMs: DRAIN_MS } }, ADMIN);
    const closed = gateway.close();
    await eventually(() => held.length === 1);
    const { status, text } = await send(gateway, '/health/ready');
    expect([status, JSON.parse(text)]).toEqual([503, expect.objectContaining({ status: 'down' })]);
    expect((await send(gateway, '/health/live')).status).toBe(200);
    expect((await send(gateway, '/v1/messages', { body: HELLO })).status).toBe(200);
    for (const pass of held) pass();
    await closed;
    await expect(send(gateway, '/health/ready')).rejects.toThrow('ECONNREFUSED');
  });
});
