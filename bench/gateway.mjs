// The reference gateway against a bare Nest Fastify controller that calls the bare SDK, JSON and SSE, 64 connections.
import { Agent, request } from 'undici';
import { PARAMS } from './lib/clients.mjs';
import { alternate, load, table } from './lib/measure.mjs';
import { cpuMicroseconds, start } from './lib/processes.mjs';

const CONNECTIONS = 64;

/** A client as light as can be, for it shares the machine with what it measures. */
function poster(url, stream) {
  const dispatcher = new Agent({ connections: CONNECTIONS });
  const body = JSON.stringify(stream ? { ...PARAMS, stream } : PARAMS);
  const headers = {
    'content-type': 'application/json',
    'anthropic-version': '2026-10-21',
    authorization: 'Bearer bench',
    accept: 'application/json',
  };
  const post = async () => {
    const answer = await request(`${url}/v1/messages`, { method: 'POST', headers, body, dispatcher });
    const bytes = await answer.body.arrayBuffer();
    if (answer.statusCode >= 300 || bytes.byteLength < 400) throw new Error(`got ${answer.statusCode}`);
  };
  return { post, close: () => dispatcher.close() };
}

export async function benchGateway({ rounds = 7, scale = 1 } = {}) {
  const simulator = await start('./simulator.mjs');
  const env = { ANTHROPIC_BASE_URL: simulator.url, ANTHROPIC_API_KEY: 'bench', PORT: '0' };
  // Both servers get the same flags, those of the start script.
  const execArgv = ['--max-semi-space-size=64'];
  const byHand = await start('./by-hand.mjs', { env, execArgv });
  const gateway = await start('./gateway-process.mjs', { env, execArgv });
  for (const stream of [false, true]) {
    const contestants = [];
    const clients = [];
    for (const [name, server, total] of [
      ['Nest Fastify + bare SDK', byHand, 1_500],
      ['gateway', gateway, 6_000],
    ]) {
      const client = poster(server.url, stream);
      clients.push(client);
      const cpu = () => cpuMicroseconds(server.child.pid);
      contestants.push({
        name,
        run: () => load(client.post, { concurrency: CONNECTIONS, total: Math.ceil(total * scale), cpu }),
      });
    }
    const results = await alternate(contestants, rounds);
    console.log(table(`Gateway, ${stream ? 'SSE' : 'JSON'}, ${CONNECTIONS} connections`, results));
    for (const client of clients) await client.close();
  }
  for (const { stop } of [gateway, byHand, simulator]) await stop();
}
