import 'reflect-metadata';
import { Test, type TestingModule } from '@nestjs/testing';
import { AnthropicSimulator, ClaudeTestingModule, type Fault } from 'nestjs-claude/testing';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import type { CircuitOptions } from './circuit.options.js';

const MODEL = 'claude-haiku-5-5';
const PARAMS = {
  model: MODEL,
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'Tell me about the sea.' }],
};

const booted: TestingModule[] = [];

afterEach(async () => {
  await Promise.all(booted.splice(0).map((module) => module.close()));
});

/** What a module is made of, and the simulator it talks to. */
async function boot(circuit: CircuitOptions = {}): Promise<ClaudeRuntime & { readonly sim: AnthropicSimulator }> {
  const imports = [ClaudeTestingModule.forRoot({ claude: { retry: false, circuit } })];
  const module: TestingModule = await Test.createTestingModule({ imports }).compile();
  booted.push(module);
  const runtime = module.get<ClaudeRuntime>(CLAUDE_RUNTIME, { strict: false });
  return { ...runtime, sim: module.get(AnthropicSimulator) };
}

async function codeOf(pending: Promise<unknown>): Promise<unknown> {
  const error: unknown = await pending.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  const { code, status } = (error ?? {}) as { readonly code?: string; readonly status?: number };
  return error === null ? 'answered' : (code ?? status ?? 'other');
}

const create = ({ client }: ClaudeRuntime): Promise<unknown> => codeOf(client.messages.create(PARAMS));
const stream = ({ client }: ClaudeRuntime): Promise<unknown> => codeOf(client.messages.stream(PARAMS).finalMessage());

describe('circuits over HTTP', () => {
  it('send nothing to a model that is overloaded, and find out when it is not', async () => {
    const runtime = await boot({ baseOpenMs: 20, maxOpenMs: 20 });
    runtime.sim.onMessage().failWith(529).times(5);
    for (let i = 0; i < 5; i++) expect(await create(runtime)).toBe(529);
    expect(await create(runtime)).toBe('circuit_open');
    runtime.sim.assertCalled({ times: 5 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([await create(runtime), await stream(runtime)]).toEqual(['answered', 'answered']);
    expect(runtime.circuits.pair('default', MODEL).snapshot()).toMatchObject({ state: 'closed', openings: 1 });
  });

  it.each<Fault>([
    { kind: 'errorEvent', type: 'overloaded_error', afterDeltas: 1 },
    { kind: 'errorEvent', type: 'overloaded_error', beforeMessageStart: true },
    { kind: 'resetMidStream', afterDeltas: 1 },
    { kind: 'resetBeforeHeaders' },
    { kind: 'truncateStream', afterDeltas: 1 },
  ])('open when streams break: %j', async (fault) => {
    const runtime = await boot();
    runtime.sim.onMessage().failWith(fault);
    for (let i = 0; i < 5; i++) await stream(runtime);
    expect(await stream(runtime)).toBe('circuit_open');
    expect(runtime.circuits.rollUp('default').snapshot()).toMatchObject({ state: 'closed', failures: 0 });
  });

  it.each([400, 413, 429])('do not mind a %i', async (status) => {
    const runtime = await boot();
    runtime.sim.onMessage().failWith(status);
    for (let i = 0; i < 12; i++) expect(await create(runtime)).toBe(status);
    expect(runtime.circuits.pair('default', MODEL).snapshot()).toMatchObject({ state: 'closed', calls: 0 });
  });

  it('open for the whole endpoint when nothing listens there', async () => {
    const runtime = await boot();
    await runtime.sim.close();
    for (let i = 0; i < 5; i++) await create(runtime);
    const refused = runtime.client.messages.create({ ...PARAMS, model: 'claude-sonnet-5-5' });
    await expect(refused).rejects.toMatchObject({ code: 'circuit_open', circuit: 'default' });
  });

  it('take a stream that the caller stops reading for what it was until then: a success', async () => {
    const runtime = await boot();
    runtime.sim.onMessage().failWith({ kind: 'stallMidStream', afterDeltas: 1 });
    for (let i = 0; i < 6; i++) {
      const events = await runtime.client.messages.create({ ...PARAMS, stream: true });
      for await (const event of events) {
        if (event.type === 'content_block_delta') break;
      }
    }
    expect(runtime.circuits.pair('default', MODEL).snapshot()).toMatchObject({ calls: 6, failures: 0 });
    expect(runtime.circuits.rollUp('default').snapshot()).toMatchObject({ calls: 6, failures: 0 });
  });
});
