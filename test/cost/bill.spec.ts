import type { ClaudeModuleOptions, UsageEntry, UsagePart, UsageSummary } from 'nestjs-claude';
import { bootClaude, eventually, FAST_RETRY, type ClaudeHarness } from '../support/claude-harness.js';
import { billLines, TELL_CALL, type BillLine } from './support/bill-lines.js';
import { ATTEMPT_MS, FAULTS, makeMixedCalls, scriptSearches } from './support/mixed-calls.js';

const PATIENCE_MS = 30_000;
const TODAY = { days: 1 };

interface Run extends ClaudeHarness {
  readonly lines: readonly BillLine[];
  readonly entries: readonly UsageEntry[];
}

const OPTIONS: ClaudeModuleOptions = {
  rateLimit: false,
  circuit: false,
  client: { logLevel: 'off' },
  stages: [TELL_CALL],
  retry: {
    ...FAST_RETRY,
    maxDelayMs: 1,
    budget: false,
    fallbackModels: { 'claude-opus-5-5': ['claude-sonnet-5-5'] },
  },
  timeouts: { attemptMs: ATTEMPT_MS, firstEventMs: ATTEMPT_MS },
};

/** Makes so many mixed calls, and waits until both sides are done with all of them. */
async function run(calls: number, options: ClaudeModuleOptions = {}): Promise<Run> {
  const app = await bootClaude({ ...OPTIONS, ...options }, { faults: FAULTS, seed: 5 });
  const entries: UsageEntry[] = [];
  app.costs.entries.subscribe((entry) => entries.push(entry));
  scriptSearches(app.sim);
  await makeMixedCalls(app.claude, { calls, concurrent: 50, seed: 11 });
  await eventually(() => app.claude.activeCalls === 0, 'every call was over', PATIENCE_MS);
  await app.sim.whenIdle({ allowKeepAlive: true, timeoutMs: PATIENCE_MS });
  return { ...app, entries, lines: billLines(app, entries) };
}

type Booked = BillLine & { readonly part: UsagePart };

const isBooked = (line: BillLine): line is Booked => line.part !== null;
const isExact = ({ part }: BillLine): boolean => part?.accuracy === 'exact';

/** What the simulator billed for it, at the price of the model that was asked; 0 for nothing. */
function billedNanoUsd({ costs }: ClaudeHarness, { attempt, record, request }: BillLine): number {
  if (request?.billed == null) return 0;
  return costs.calculateCost(attempt.model ?? '', request.billed, record.startedAtMs).nanoUsd;
}

function billedTokens({ request }: BillLine): object | null {
  if (request?.billed == null) return null;
  const { billed } = request;
  return {
    inputTokens: billed.input_tokens,
    cacheReadTokens: billed.cache_read_input_tokens,
    cacheWrite5mTokens: billed.cache_creation?.ephemeral_5m_input_tokens,
    cacheWrite1hTokens: billed.cache_creation?.ephemeral_1h_input_tokens,
    outputTokens: billed.output_tokens,
    webSearchRequests: billed.server_tool_use?.web_search_requests ?? 0,
  };
}

/** Call by call: what the ledger says is exact is what was billed, and what it says was nothing was not. */
function expectBilled(app: Run): void {
  for (const line of app.lines) {
    const { part, attempt, request } = line;
    if (attempt.requestId !== null) expect(attempt.requestId).toBe(request?.requestId);
    if (part === null) expect(request?.billed ?? null).toBeNull();
    if (part === null || !isExact(line)) continue;
    const tokens = billedTokens(line);
    expect({ id: line.entry.id, part }).toMatchObject({ id: line.entry.id, part: { ...tokens, model: attempt.model } });
    expect([line.entry.id, tokens !== null, part.costNanoUsd]).toEqual([line.entry.id, true, billedNanoUsd(app, line)]);
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** How far estimates were off, in words. */
function errorOfEstimates(app: Run): string {
  const estimated = app.lines.filter(isBooked).filter((line) => !isExact(line));
  const pairs = estimated.map((line) => [line.part.costNanoUsd, billedNanoUsd(app, line)] as const);
  const billed = pairs.filter(([, real]) => real > 0);
  const errors = billed.map(([booked, real]) => Math.abs(booked - real) / real);
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const usd = (nanoUsd: number): string => `$${(nanoUsd / 1e9).toFixed(4)}`;
  const whole = sum(app.lines.filter(isBooked).map(({ part }) => part.costNanoUsd));
  return (
    `${estimated.length} of ${app.lines.filter(isBooked).length} attempts that were booked are estimates. ` +
    `Of them ${billed.length} were billed: off by ${percent(sum(errors) / errors.length)} on average and ` +
    `${percent(Math.max(...errors))} at most, ${usd(sum(billed.map(([booked]) => booked)))} booked for ` +
    `${usd(sum(billed.map(([, real]) => real)))} billed. ${estimated.length - billed.length} were not billed: ` +
    `${usd(sum(pairs.filter(([, real]) => real === 0).map(([booked]) => booked)))} booked. All in all ${usd(whole)} booked for ` +
    `${usd(sum(app.lines.map((line) => billedNanoUsd(app, line))))} billed.`
  );
}

type Sums = Readonly<Record<string, number>>;

/** Of exact parts what the simulator billed, of the others what was booked: by a name of theirs. */
function sumsBy(app: Run, namesOf: (line: Booked) => readonly string[]): Sums {
  const sums: Record<string, number> = {};
  for (const line of app.lines.filter(isBooked)) {
    const nanoUsd = isExact(line) ? billedNanoUsd(app, line) : line.part.costNanoUsd;
    for (const name of namesOf(line)) sums[name] = (sums[name] ?? 0) + nanoUsd;
  }
  return sums;
}

const costs = (shares: UsageSummary['byModel']): Sums =>
  Object.fromEntries(
    shares.filter((each) => each.billedRequests > 0).map(({ name, totalCostNanoUsd }) => [name, totalCostNanoUsd]),
  );

/** What a summary says is what single calls add up to, and these are what was billed. */
async function expectSummed(app: Run): Promise<void> {
  const summary = await app.costs.getSummary(TODAY);
  const { requests, totalCostNanoUsd, byModel, byUser, byTag, byRequestType } = summary;
  expect(requests).toBe(app.records.length);
  expect(costs(byModel)).toEqual(sumsBy(app, ({ part }) => [part.model ?? '']));
  expect(costs(byUser)).toEqual(sumsBy(app, ({ entry }) => [entry.user ?? '']));
  expect(costs(byTag)).toEqual(sumsBy(app, ({ entry }) => Object.entries(entry.tags).map((tag) => tag.join('='))));
  expect(costs(byRequestType)).toEqual(sumsBy(app, ({ entry }) => [entry.requestType ?? '']));
  expect(totalCostNanoUsd).toBe(sum(app.entries.map(({ costNanoUsd }) => costNanoUsd)));
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, webSearchRequests } = summary;
  const parts = app.entries.flatMap((entry) => entry.parts);
  expect({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, webSearchRequests }).toEqual({
    inputTokens: sum(parts.map((part) => part.inputTokens)),
    outputTokens: sum(parts.map((part) => part.outputTokens)),
    cacheReadTokens: sum(parts.map((part) => part.cacheReadTokens)),
    cacheWriteTokens: sum(parts.map((part) => part.cacheWrite5mTokens + part.cacheWrite1hTokens)),
    webSearchRequests: sum(parts.map((part) => part.webSearchRequests)),
  });
}

/** The mix was one: all that a bill is made of was billed exactly at some time, and all endings were seen. */
function expectMixed({ lines, records }: Run): void {
  const exact = lines.filter(isBooked).filter(isExact);
  expect(exact.length).toBeGreaterThan(records.length / 2);
  const prompts = exact.map(
    ({ part }) => part.inputTokens + part.cacheReadTokens + part.cacheWrite5mTokens + part.cacheWrite1hTokens,
  );
  expect(prompts.filter((tokens) => tokens >= 100_000).toSorted((a, b) => a - b)).toEqual(
    expect.arrayContaining([100_000, 100_001]),
  );
  for (const kind of ['cacheReadTokens', 'cacheWrite5mTokens', 'cacheWrite1hTokens', 'webSearchRequests'] as const)
    expect(sum(exact.map(({ part }) => part[kind]))).toBeGreaterThan(0);
  expect(new Set(exact.map(({ part }) => part.model)).size).toBeGreaterThan(5);
  expect(lines.filter(({ attempt, record }) => attempt.model !== record.model).length).toBeGreaterThan(0);
  expect(new Set(records.map(({ outcome }) => outcome.kind))).toEqual(new Set(['succeeded', 'failed', 'abandoned']));
  expect(lines.filter((line) => isBooked(line) && line.attempt.requestId === null).length).toBeGreaterThan(0);
}

it('The ledger of 5,000 mixed calls is what the API billed, call by call, but for what it says are estimates', async () => {
  const app = await run(5_000);
  expectBilled(app);
  expectMixed(app);
  await expectSummed(app);
  process.stdout.write(`${errorOfEstimates(app)}\n`);
}, 180_000);

it('A hard budget has spent what the ledger says, and holds nothing once all calls are over', async () => {
  const limitUsd = 4;
  const app = await run(1_000, {
    rateLimit: { requestsPerMinute: 1_000_000, inputTokensPerMinute: 1e9, outputTokensPerMinute: 1e9 },
    cost: { budgets: [{ name: 'all', limitUsd, window: 'month' }] },
  });
  expectBilled(app);
  await expectSummed(app);
  const { spentUsd, reservedUsd } = await app.budgets.get('all');
  expect([spentUsd, reservedUsd]).toEqual([sum(app.entries.map(({ costNanoUsd }) => costNanoUsd)) / 1e9, 0]);
  expect(spentUsd).toBeLessThanOrEqual(limitUsd);
  const refused = app.records.filter(({ outcome }) => outcome.kind === 'refused');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.flatMap(({ attempts }) => attempts)).toEqual([]);
}, 120_000);
