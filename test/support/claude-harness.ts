import 'reflect-metadata';
import { Test, type TestingModule } from '@nestjs/testing';
import { ClaudeService, type CallRecord, type ClaudeModuleOptions } from 'nestjs-claude';
import { AnthropicSimulator, ClaudeTestingModule, type SimulatorOptions } from 'nestjs-claude/testing';

/** The module against a simulator of its own, and what a test wants to look at. */
export interface ClaudeHarness {
  readonly claude: ClaudeService;
  readonly sim: AnthropicSimulator;
  /** Every record so far. */
  readonly records: CallRecord[];
  /** The newest record. */
  record(): CallRecord;
}

/** Small enough that tests of failures do not wait, and otherwise what a user gets. */
export const FAST_RETRY = {
  baseDelayMs: 1,
  maxDelayMs: 2,
  overloadedBaseDelayMs: 1,
  overloadedMaxDelayMs: 2,
} as const;

export const PARAMS = {
  model: 'claude-haiku-5-5',
  max_tokens: 256,
  messages: [{ role: 'user' as const, content: 'Tell me about the sea.' }],
};

const booted: TestingModule[] = [];

// Also what a failed test left open is closed, or the process would not end.
afterEach(async () => {
  await Promise.all(booted.splice(0).map((module) => module.close()));
});

/** Boots a module that is closed when the test ends. */
export async function bootClaude(
  claude: Omit<ClaudeModuleOptions, 'baseURL'> = {},
  simulator: SimulatorOptions = {},
): Promise<ClaudeHarness> {
  const imports = [ClaudeTestingModule.forRoot({ claude: { retry: FAST_RETRY, ...claude }, simulator })];
  const module: TestingModule = await Test.createTestingModule({ imports }).compile();
  booted.push(module);
  const service = module.get(ClaudeService);
  const records: CallRecord[] = [];
  service.records.subscribe((record) => records.push(record));
  return {
    claude: service,
    sim: module.get(AnthropicSimulator),
    records,
    record: () => lastOf(records),
  };
}

function lastOf(records: readonly CallRecord[]): CallRecord {
  const record = records.at(-1);
  if (record === undefined) throw new Error('No call has been recorded.');
  return record;
}

/** Waits, in real time, until something holds; fails with what it was after a second. */
export async function eventually(holds: () => boolean, what: string, timeoutMs = 1_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It never came to be that ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** What a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error('It was rejected with something that is no Error.', { cause: error });
  }
  throw new Error('It was not rejected.');
}
