import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { startGateway, type Gateway } from '../../src/gateway.js';
import { readSettings } from '../../src/settings.js';
import {
  ADMIN,
  CALLER,
  OPEN,
  afterTest,
  errorIn,
  eventually,
  gatewayFor,
  HELLO,
  KEY,
  open,
  send,
  sendToAdmin,
  startPair,
  startSimulator,
} from './support.js';
import { freePort } from '../support/free-port.js';

const ROUTES = ['/usage/summary', '/usage/by-model', '/usage/by-user', '/usage/by-tag', '/budgets'];

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

/** How many sockets of this process listen. */
function listeners(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'TCPServerWrap').length;
}

/** Those that stay: the ones of tests before take a moment to go, and suites that ran in this process may have left some. */
async function listenersLeft(): Promise<number> {
  let [left, sinceMs] = [listeners(), performance.now()];
  await eventually(() => {
    if (listeners() !== left) [left, sinceMs] = [listeners(), performance.now()];
    return performance.now() - sinceMs > 200;
  });
  return left;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** Whether somebody listens at an address. */
function isOpen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1_000 });
    socket.on('connect', () => resolve(true));
    socket.on('error', () => resolve(false)).on('timeout', () => resolve(false));
    socket.on('connect', () => socket.destroy()).on('timeout', () => socket.destroy());
  });
}

/** The addresses of this machine that others may reach, and a loopback one that nobody listens on. */
function otherAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return [
    '127.0.0.2',
    ...all.filter(({ internal, family }) => !internal && family === 'IPv4').map((each) => each.address),
  ];
}

async function statuses(url: string): Promise<number[]> {
  return Promise.all(ROUTES.map(async (path) => (await send({ url }, path)).status));
}

/** What a gateway says as it starts. */
async function linesOf(env: Readonly<Record<string, string>>): Promise<{ gateway: Gateway; lines: string[] }> {
  const lines: string[] = [];
  const settings = readSettings({ PORT: '0', ANTHROPIC_API_KEY: KEY, ...env });
  const claude = { apiKey: KEY, baseURL: NOWHERE };
  const gateway = await startGateway({ ...settings, claude }, (line) => lines.push(line));
  afterTest(() => gateway.close());
  return { gateway, lines };
}

describe('The admin listener', () => {
  it('takes every usage route off the gateway and serves it to those with the token', async () => {
    const gateway = await gatewayFor(NOWHERE, {}, ADMIN);
    expect(await statuses(gateway.url)).toEqual([404, 404, 404, 404, 404]);
    const answers = await Promise.all(ROUTES.map((path) => sendToAdmin(gateway, path)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await sendToAdmin(gateway, '/budgets', { authorization: `bearer  ${ADMIN.ADMIN_TOKEN}` })).status).toBe(
      200,
    );
  });

  it.each([
    ['no token', null],
    ['an empty one', 'Bearer '],
    ['another scheme', `Basic ${ADMIN.ADMIN_TOKEN}`],
    ['the token without its scheme', ADMIN.ADMIN_TOKEN],
    ['half of the token', `Bearer ${ADMIN.ADMIN_TOKEN.slice(0, 10)}`],
    ['more than the token', `Bearer ${ADMIN.ADMIN_TOKEN}0`],
    ['the token in other letters', `Bearer ${ADMIN.ADMIN_TOKEN.toUpperCase()}`],
    ['the key of the gateway', `Bearer ${KEY}`],
  ])('answers 401 to %s, whatever is asked for', async (_, authorization) => {
    const gateway = await gatewayFor(NOWHERE, {}, ADMIN);
    const asked = [...ROUTES, '/', '/nowhere', '/v1/messages'].flatMap((path) => [
      sendToAdmin(gateway, path, { authorization }),
      sendToAdmin(gateway, path, { authorization, method: 'POST' }),
    ]);
    for (const answer of await Promise.all(asked)) {
      expect(errorIn(answer)).toMatchObject({ status: 401, type: 'authentication_error' });
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.text).not.toContain(ADMIN.ADMIN_TOKEN);
    }
  });

  it('serves nothing of the gateway itself', async () => {
    const gateway = await gatewayFor(NOWHERE, {}, ADMIN);
    for (const path of ['/', '/v1/messages', '/v1/models', '/health/other']) {
      expect(errorIn(await sendToAdmin(gateway, path))).toMatchObject({ status: 404, type: 'not_found_error' });
    }
    const wrong = await sendToAdmin(gateway, '/budgets', { method: 'DELETE' });
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  it('is off unless it is asked for, and then on loopback alone', async () => {
    const others = await listenersLeft();
    const without = await gatewayFor(NOWHERE);
    expect([without.adminUrl, listeners() - others]).toEqual([null, 1]);
    const { adminUrl } = await gatewayFor(NOWHERE, {}, ADMIN);
    expect(listeners() - others).toBe(3);
    const port = portOf(adminUrl ?? '');
    expect(await isOpen(port, '127.0.0.1')).toBe(true);
    for (const address of otherAddresses()) expect([address, await isOpen(port, address)]).toEqual([address, false]);
  });

  it('listens elsewhere where ADMIN_HOST says so', async () => {
    const { adminUrl } = await gatewayFor(NOWHERE, {}, { ...ADMIN, ADMIN_HOST: '127.0.0.2' });
    expect(adminUrl).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/);
    expect(await isOpen(portOf(adminUrl ?? ''), '127.0.0.1')).toBe(false);
  });

  it('is named at the start without its token', async () => {
    const { gateway, lines } = await linesOf(ADMIN);
    expect(lines).toHaveLength(3);
    expect(lines[1]).toBe(
      `The admin listener is at ${gateway.adminUrl}  Try: curl ${gateway.adminUrl}/usage/summary -H "authorization: Bearer $ADMIN_TOKEN"`,
    );
    expect(lines.join()).not.toContain(ADMIN.ADMIN_TOKEN);
  });

  it('serves as long as calls are running, and is closed with the gateway', async () => {
    const { gateway } = await startPair({ latency: { perEventMs: 5 } }, {}, ADMIN);
    const response = await open(gateway).response;
    const closed = gateway.close();
    await expect(send(gateway, '/health/live')).rejects.toThrow('ECONNREFUSED');
    expect((await sendToAdmin(gateway, '/usage/summary')).status).toBe(200);
    for await (const chunk of response) void chunk;
    await closed;
    await expect(sendToAdmin(gateway, '/usage/summary')).rejects.toThrow('ECONNREFUSED');
  });

  it('whose port is taken ends the start before the gateway listens', async () => {
    const { adminUrl } = await gatewayFor(NOWHERE, {}, ADMIN);
    const [taken, port] = [portOf(adminUrl ?? ''), await freePort()];
    const env = { ...ADMIN, ADMIN_PORT: String(taken), PORT: String(port) };
    await expect(gatewayFor(NOWHERE, {}, env)).rejects.toThrow(
      `Port ${taken} of 127.0.0.1 is in use: set ADMIN_PORT to another one, or to 0 for any that is free.`,
    );
    expect(await isOpen(port, '127.0.0.1')).toBe(false);
  });

  it('is closed again when the gateway itself cannot listen', async () => {
    const { url } = await gatewayFor(NOWHERE);
    const port = await freePort();
    const env = { ...ADMIN, ADMIN_PORT: String(port), PORT: String(portOf(url)) };
    await expect(gatewayFor(NOWHERE, {}, env)).rejects.toThrow('set PORT to another one');
    expect(await isOpen(port, '127.0.0.1')).toBe(false);
  });
});

describe('Without an admin listener', () => {
  it('the gateway shows usage itself while only this machine reaches it', async () => {
    const { url } = await gatewayFor(NOWHERE);
    expect(await statuses(url)).toEqual([200, 200, 200, 200, 200]);
  });

  it('nobody sees usage where others reach the gateway, which says so', async () => {
    const { gateway, lines } = await linesOf(OPEN);
    const url = `http://127.0.0.1:${portOf(gateway.url)}`;
    expect(await statuses(url)).toEqual([401, 401, 401, 401, 401]);
    expect((await send({ url }, '/usage/summary', { headers: { 'x-api-key': CALLER.key } })).status).toBe(404);
    expect((await send({ url }, '/health/live')).status).toBe(200);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^Usage, budgets and metrics are not served.*: set ADMIN_PORT and ADMIN_TOKEN to see them\.$/,
    );
  });

  it('there is no usage to see where cost is switched off', async () => {
    const sim = await startSimulator();
    const plain = await gatewayFor(sim.url, { cost: false });
    expect(await statuses(plain.url)).toEqual([404, 404, 404, 404, 404]);
    expect((await send(plain, '/v1/messages', { body: HELLO })).status).toBe(200);
    const watched = await gatewayFor(sim.url, { cost: false }, ADMIN);
    expect((await sendToAdmin(watched, '/usage/summary')).status).toBe(404);
  });
});
