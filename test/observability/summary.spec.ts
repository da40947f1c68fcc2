import { ClaudeMetricsService, getClaudeToken } from 'nestjs-claude';
import { bootClaude, eventually, PARAMS } from '../support/claude-harness.js';

it('has nothing to tell before the first call', async () => {
  const { metrics } = await bootClaude();

  expect(metrics.getSummary()).toEqual({
    requests: 0,
    successes: 0,
    failures: 0,
    refusals: 0,
    abandoned: 0,
    tokens: {
      inputTokens: 0,
      cacheReadTokens: 0,
      cacheWrite5mTokens: 0,
      cacheWrite1hTokens: 0,
      outputTokens: 0,
      totalTokens: 0,
    },
    averageLatencyMs: 0,
    successRate: null,
    costUsd: 0,
  });
});

it('sums up calls by how they ended, what they used, took and cost', async () => {
  const { claude, circuits, metrics, records, sim, transport } = await bootClaude({ retry: false });
  await claude.messages.create(PARAMS);
  await claude.messages.stream(PARAMS).finalMessage();
  sim.onMessage().failWith(529).once();
  await expect(claude.messages.create(PARAMS)).rejects.toThrow('529');
  sim.onMessage().failWith({ kind: 'hang' }).once();
  const caller = new AbortController();
  const asked = claude.messages.create(PARAMS, { signal: caller.signal });
  await eventually(() => transport.stats.activeRequests === 1, 'the request was sent');
  expect(metrics.activeCalls).toBe(1);
  caller.abort();
  await expect(asked).rejects.toThrow('aborted');
  circuits.controller('default').isolate();
  await expect(claude.messages.create(PARAMS)).rejects.toThrow('circuit');

  const usages = records.flatMap(({ attempts }) => attempts.flatMap(({ usage }) => usage ?? []));
  const input = usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
  const output = usages.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
  const sent = records.filter(({ outcome }) => outcome.kind !== 'refused');
  const summary = metrics.getSummary();
  expect(summary).toMatchObject({
    requests: 5,
    successes: 2,
    failures: 1,
    refusals: 1,
    abandoned: 1,
    tokens: { inputTokens: input, outputTokens: output, totalTokens: input + output },
    successRate: 2 / 3,
    costUsd: records.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? NaN), 0) / 1e9,
  });
  expect(summary.averageLatencyMs).toBeCloseTo(
    sent.reduce((sum, { durationMs }) => sum + durationMs, 0) / sent.length,
    6,
  );
  expect(output).toBeGreaterThan(0);
  expect(metrics.activeCalls).toBe(0);
});

it('has a token for each named instance', () => {
  expect(getClaudeToken('batch', ClaudeMetricsService)).toBe(Symbol.for('nestjs-claude:metrics:batch'));
});
