import 'reflect-metadata';
import { APIUserAbortError } from '@anthropic-ai/sdk';
import { Test, type TestingModule } from '@nestjs/testing';
import { AnthropicSimulator, ClaudeTestingModule, type Fault } from 'nestjs-claude/testing';
import type { ClaudeRuntime } from '../claude.runtime.js';
import { CLAUDE_RUNTIME } from '../claude.tokens.js';
import type { CircuitSnapshot } from './circuit-snapshot.js';
import type { CircuitOptions } from './circuit.options.js';

const MODEL = 'claude-haiku-5-5';
const PARAMS = {
  model: MODEL,
  max_tokens: 64,
  messages: [{ role: 'user' as const, content: 'Tell me about the sea.' }],
};

type Booted = ClaudeRuntime & { readonly sim: AnthropicSimulator };

const booted: TestingModule[] = [];
const dropped: { readonly controller: AbortController }[] = [];

afterEach(async () => {
  for (const { controller } of dropped.splice(0)) controller.abort();
  await Promise.all(booted.splice(0).map((module) => module.close()));
});

/** What a module is made of, and the simulator it talks to. */
async function boot(circuit: CircuitOptions = {}): Promise<Booted> {
  const imports = [ClaudeTestingModule.forRoot({ claude: { retry: false, circuit, rateLimit: false } })];
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

/** With the model's circuit open, and its open time over. */
async function bootProbing(): Promise<Booted> {
  const runtime = await boot({ consecutiveFailures: 1, successesToClose: 3, baseOpenMs: 1, maxOpenMs: 1 });
  runtime.sim.onMessage().failWith(529).times(1);
  expect(await create(runtime)).toBe(529);
  await pause(5);
  expect(circuitOf(runtime)).toMatchObject({ state: 'half-open', permitsOut: 0 });
  return runtime;
}

function circuitOf({ circuits }: ClaudeRuntime): CircuitSnapshot {
  return circuits.pair('default', MODEL).snapshot();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const create = ({ client }: ClaudeRuntime): Promise<unknown> => codeOf(client.messages.create(PARAMS));
const stream = ({ client }: ClaudeRuntime): Promise<unknown> => codeOf(client.messages.stream(PARAMS).finalMessage());

describe('circuits over HTTP', () => {
  it('send nothing to a model that is overloaded, and find out when it is not', async () => {
    const runtime = await boot({ baseOpenMs: 1_000, maxOpenMs: 1_000 });
    runtime.sim.onMessage().failWith(529).times(5);
    for (let i = 0; i < 5; i++) expect(await create(runtime)).toBe(529);
    expect(await create(runtime)).toBe('circuit_open');
    runtime.sim.assertCalled({ times: 5 });
    while (circuitOf(runtime).state !== 'half-open') await pause(10);
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

type Probe = (runtime: Booted) => Promise<void>;

const abortedBeforeHeaders: Probe = async (runtime) => {
  runtime.sim.onMessage().failWith({ kind: 'hang' }).times(1);
  const caller = new AbortController();
  const pending = runtime.client.messages.create(PARAMS, { signal: caller.signal });
  while (runtime.sim.activeRequests === 0) await pause(1);
  expect(circuitOf(runtime).permitsOut).toBe(1);
  caller.abort();
  await expect(pending).rejects.toThrow(APIUserAbortError);
};

const abortedInMidStream: Probe = async (runtime) => {
  runtime.sim.onMessage().failWith({ kind: 'stallMidStream', afterDeltas: 1 }).times(1);
  const caller = new AbortController();
  const events = await runtime.client.messages.create({ ...PARAMS, stream: true }, { signal: caller.signal });
  for await (const event of events) {
    if (event.type === 'content_block_delta') caller.abort();
  }
};

const brokenInMidStream: Probe = async (runtime) => {
  runtime.sim.onMessage().failWith({ kind: 'resetMidStream', afterDeltas: 1 }).times(1);
  expect(await stream(runtime)).toBe('stream_interrupted');
};

const droppedUnread: Probe = async (runtime) => {
  // It goes on for as long as the test does: a short one would be over by now.
  runtime.sim.onMessage().failWith({ kind: 'stallMidStream', afterDeltas: 1 }).times(1);
  dropped.push(await runtime.client.messages.create({ ...PARAMS, stream: true }));
};

describe('a probe over HTTP gives its place back', () => {
  it.each<[string, Probe]>([
    ['aborted before its headers', abortedBeforeHeaders],
    ['aborted in mid-stream', abortedInMidStream],
    ['broken in mid-stream', brokenInMidStream],
    ['dropped unread', droppedUnread],
  ])('when it is %s', async (_, probe) => {
    const runtime = await bootProbing();
    await probe(runtime);
    expect(circuitOf(runtime)).toMatchObject({ state: 'half-open', permitsOut: 0 });
    expect(await create(runtime)).toBe('answered');
    expect(circuitOf(runtime)).toMatchObject({ permitsOut: 0, refused: 0, openings: 1 });
  });
});
