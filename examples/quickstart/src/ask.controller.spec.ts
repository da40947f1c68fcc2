import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ClaudeService, type CallRecord } from 'nestjs-claude';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { AppModule } from './app.module.js';

let app: INestApplication;
let sim: AnthropicSimulator;
let url: string;
const records: CallRecord[] = [];

beforeAll(async () => {
  sim = await AnthropicSimulator.start();
  process.env['ANTHROPIC_API_KEY'] = 'test';
  process.env['ANTHROPIC_BASE_URL'] = sim.url;
  const moduleRef = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = moduleRef.createNestApplication({ logger: false });
  app.get(ClaudeService).records.subscribe((record) => records.push(record));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(async () => {
  delete process.env['ANTHROPIC_API_KEY'];
  delete process.env['ANTHROPIC_BASE_URL'];
  await app.close();
  await sim.close();
});

describe('the quickstart', () => {
  it('answers a question', async () => {
    sim.onMessage({ user: 'How deep' }).reply('About 3,700 m on average.');
    const response = await fetch(`${url}/ask?q=${encodeURIComponent('How deep is the sea?')}&user=ann`);
    expect(await response.json()).toEqual({ answer: 'About 3,700 m on average.' });
    expect(records.at(-1)).toMatchObject({ user: 'ann', tags: { feature: 'ask' }, outcome: { kind: 'succeeded' } });
  });

  it('streams an answer as server-sent events', async () => {
    const response = await fetch(`${url}/ask/stream?q=hello`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const text = await response.text();
    expect([...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name)).toEqual(
      expect.arrayContaining(['message_start', 'content_block_delta', 'message_stop']),
    );
  });

  it('aborts the call when the browser leaves', async () => {
    sim.onMessage().failWith({ kind: 'slowStream', perEventMs: 20 });
    const leaving = new AbortController();
    const response = await fetch(`${url}/ask/stream?q=hello`, { signal: leaving.signal });
    await response.body?.getReader().read();
    leaving.abort();
    await sim.whenIdle({ allowKeepAlive: true });
    expect(sim.lastRequest().outcome).toBe('clientAborted');
  });

  it('says what is missing', async () => {
    const response = await fetch(`${url}/ask`);
    expect(response.status).toBe(400);
    sim.reset();
    sim.assertNotCalled();
  });
});
