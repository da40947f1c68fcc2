import { Scrape } from '../observability/support.js';
import { ADMIN, CALLER, gatewayFor, HELLO, OPEN, send, sendToAdmin, startPair, startSimulator } from './support.js';

const ANSWERED = 'anthropic_requests_total{model="claude-sonnet-5-5",status="success"}';

it('serves metrics of the process and of its own calls, and of nobody else’s', async () => {
  const { gateway } = await startPair();
  const { gateway: other } = await startPair();
  await send(gateway, '/v1/messages', { body: HELLO });

  const answer = await send(gateway, '/metrics');
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  const { series } = new Scrape(answer.text);
  expect(series.get(ANSWERED)).toBe(1);
  expect(series.get('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(new Scrape((await send(other, '/metrics')).text).series.get(ANSWERED)).toBeUndefined();
});

it('serves them on the admin listener alone where there is one, to those with the token', async () => {
  const { gateway } = await startPair({}, {}, ADMIN);
  await send(gateway, '/v1/messages', { body: HELLO });

  expect((await send(gateway, '/metrics')).status).toBe(404);
  expect((await sendToAdmin(gateway, '/metrics', { authorization: null })).status).toBe(401);
  const answer = await sendToAdmin(gateway, '/metrics');
  expect(new Scrape(answer.text).series.get(ANSWERED)).toBe(1);
});

it('shows them to nobody where others reach the gateway', async () => {
  const sim = await startSimulator();
  const gateway = await gatewayFor(sim.url, {}, OPEN);
  const url = gateway.url.replace('0.0.0.0', '127.0.0.1');

  expect((await send({ url }, '/metrics', { headers: { 'x-api-key': CALLER.key } })).status).toBe(404);
});

it('serves them without costs as well', async () => {
  const { gateway } = await startPair({}, { cost: false });
  await send(gateway, '/v1/messages', { body: HELLO });

  const scraped = new Scrape((await send(gateway, '/metrics')).text);
  expect(scraped.series.get(ANSWERED)).toBe(1);
  expect(scraped.sum('anthropic_cost_usd_total')).toBe(0);
});
