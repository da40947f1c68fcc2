import { INSTANCE, type MetricDefinition } from './metric-definition.js';

const DURATIONS = [0.1, 0.5, 1, 2, 5, 10, 30] as const;
const SHORT_WAITS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25] as const;

/**
 * What is counted and measured of each call, once it has ended. The first three keep their labels whatever else is told
 * apart, so they sum up all instances of the module in a registry.
 */
export const CALL_METRICS = {
  anthropic_requests_total: {
    kind: 'counter',
    unit: 'calls',
    labels: ['model', 'status'],
    help: 'Calls that have ended, by the model asked for and how they ended.',
  },
  anthropic_request_latency_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: ['model'],
    help: 'Time from the start of a call to the end of its answer, waits and retries included; refused calls are left out.',
    buckets: DURATIONS,
    hasExemplars: true,
  },
  anthropic_tokens_total: {
    kind: 'counter',
    unit: 'tokens',
    labels: ['model', 'type'],
    help: 'Tokens that all attempts used, by the model that was sent to; each token is in one type.',
  },
  anthropic_cost_usd_total: {
    kind: 'counter',
    unit: 'US dollars',
    labels: [INSTANCE, 'model'],
    help: 'What all attempts cost. The ledger has it to the nano-dollar.',
  },
  anthropic_failures_total: {
    kind: 'counter',
    unit: 'calls',
    labels: [INSTANCE, 'reason'],
    help: 'Calls that ended with status error, by what went wrong.',
  },
  anthropic_refusals_total: {
    kind: 'counter',
    unit: 'calls',
    labels: [INSTANCE, 'reason'],
    help: 'Calls that this module turned away before anything was sent, by the code of the error.',
  },
  anthropic_input_findings_total: {
    kind: 'counter',
    unit: 'findings',
    labels: [INSTANCE, 'kind', 'action'],
    help: 'What the sanitizer found in requests, by kind and by what its policy does about it; also where shadow mode keeps it from being done.',
  },
  anthropic_attempts_total: {
    kind: 'counter',
    unit: 'attempts',
    labels: [INSTANCE, 'endpoint', 'outcome'],
    help: 'Attempts, by where they went and what came of them.',
  },
  anthropic_retries_total: {
    kind: 'counter',
    unit: 'attempts',
    labels: [INSTANCE, 'reason'],
    help: 'Attempts that were made because the one before had failed, by what that failed with.',
  },
  anthropic_retry_budget_exhausted_total: {
    kind: 'counter',
    unit: 'calls',
    labels: [INSTANCE],
    help: 'Calls whose next attempt was not made because the retry budget had nothing left.',
  },
  anthropic_unpriced_calls_total: {
    kind: 'counter',
    unit: 'calls',
    labels: [INSTANCE, 'reason'],
    help: 'Calls whose cost lacks something, or is only approximate, by why.',
  },
  anthropic_time_to_first_token_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: [INSTANCE, 'model'],
    help: 'Time from the start of a call to the first content event of its stream.',
    buckets: DURATIONS,
    hasExemplars: true,
  },
  anthropic_output_tokens_per_second: {
    kind: 'histogram',
    unit: 'tokens per second',
    labels: [INSTANCE, 'model'],
    help: 'How fast streams that succeeded were generated, from their first content event to their end.',
    buckets: [5, 10, 20, 40, 60, 80, 120, 160, 240, 320],
  },
  anthropic_cache_hit_ratio: {
    kind: 'gauge',
    unit: 'ratio',
    labels: [INSTANCE, 'model'],
    help: 'Share of all input tokens since the start that were read from the prompt cache, 0 to 1.',
    fold: 'greatest',
  },
  anthropic_queue_wait_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: [INSTANCE],
    help: 'How long attempts waited for their limits before they began.',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60],
  },
  anthropic_overhead_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: [INSTANCE],
    help: 'What this module adds to a call: from its start to its first attempt, waits for limits left out, and from the end of the last one to its own.',
    buckets: SHORT_WAITS,
  },
  anthropic_store_latency_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    labels: [INSTANCE],
    help: 'How long calls waited for the answer of a store of your own, answers that never came included.',
    buckets: SHORT_WAITS,
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
