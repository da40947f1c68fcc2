import { z } from 'zod';
import { systemClock, type Clock } from '../call/clock.js';
import { faultSchema } from './faults/fault.schema.js';
import type { RandomFault } from './faults/fault.js';
import { latencySchema } from './latency.schema.js';
import type { RateLimits } from './limits/rate-limit.options.js';
import { KNOWN_MODELS } from './models/known-models.js';
import type { ModelDefinition } from './models/model.js';
import type { Latency, RecordLevel, SimulatorOptions } from './simulator.options.js';
import { parseOrExplain } from './validation.js';

/** Options with every default filled in. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly seed: string;
  readonly apiKeys: readonly string[] | undefined;
  readonly organizations: Readonly<Record<string, string>>;
  readonly adminKeys: readonly string[];
  readonly workspaces: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly limits: RateLimits;
  readonly latency: Required<Latency>;
  readonly faults: readonly RandomFault[];
  readonly minimumCacheTokens: number;
  readonly batchProcessingMs: number;
  readonly record: RecordLevel;
  readonly models: readonly (string | ModelDefinition)[];
}

const perMinute = z.number().min(1).optional();
const classLimits = {
  requestsPerMinute: perMinute,
  inputTokensPerMinute: perMinute,
  outputTokensPerMinute: perMinute,
};

function isClock(value: unknown): boolean {
  const methods = ['now', 'wall', 'setTimer'];
  return typeof value === 'object' && value !== null && methods.every((name) => name in value);
}

const modelSchema = z.strictObject({
  id: z.string().min(1),
  aliases: z.array(z.string().min(1)).optional(),
  displayName: z.string().optional(),
  createdAt: z.iso.datetime().optional(),
  maxInputTokens: z.int().min(1).optional(),
  maxTokens: z.int().min(1).optional(),
  lifecycle: z.enum(['active', 'deprecated', 'retired']).optional(),
  deprecatedAt: z.iso.datetime().nullish(),
  retiresAt: z.iso.datetime().nullish(),
  fast: z.boolean().optional(),
  rejects: z.array(z.enum(['disabledThinking', 'forcedToolChoice', 'sampling', 'inferenceGeo'])).optional(),
});

const schema = z.strictObject({
  port: z.int().min(0).max(65_535).optional(),
  host: z.string().min(1).optional(),
  seed: z.union([z.number(), z.string()]).optional(),
  apiKeys: z.array(z.string().min(1)).min(1).optional(),
  organizations: z.record(z.string(), z.string().min(1)).optional(),
  adminKeys: z.array(z.string().min(1)).min(1).optional(),
  workspaces: z.record(z.string(), z.string().min(1)).optional(),
  clock: z
    .union([z.literal('real'), z.custom<Clock>(isClock)], { error: "Use 'real' or a clock such as new ManualClock()" })
    .optional(),
  limits: z
    .strictObject({ ...classLimits, byClass: z.record(z.string(), z.strictObject(classLimits)).optional() })
    .optional(),
  latency: latencySchema.optional(),
  faults: z.array(z.strictObject({ fault: faultSchema, probability: z.number().min(0).max(1) })).optional(),
  cache: z.strictObject({ minimumTokens: z.int().min(0).optional() }).optional(),
  batches: z.strictObject({ processingMs: z.number().min(0).optional() }).optional(),
  record: z.enum(['full', 'usage', 'none']).optional(),
  models: z
    .array(z.union([z.string().min(1), modelSchema]))
    .min(1)
    .optional(),
});

/** @throws TypeError that names each option that is wrong or unknown. */
export function readSettings(options: SimulatorOptions): Settings {
  // Checked for its faults alone: a clock has to stay the object it is.
  parseOrExplain(schema, options, 'options');
  const { clock = 'real', cache = {}, batches = {}, latency = {} } = options;
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    seed: String(options.seed ?? 1),
    apiKeys: options.apiKeys,
    organizations: options.organizations ?? {},
    adminKeys: options.adminKeys ?? [],
    workspaces: options.workspaces ?? {},
    clock: clock === 'real' ? systemClock : clock,
    limits: options.limits ?? {},
    latency: { firstTokenMs: 0, perEventMs: 0, jsonMs: 0, ...latency },
    faults: options.faults ?? [],
    minimumCacheTokens: cache.minimumTokens ?? 0,
    batchProcessingMs: batches.processingMs ?? 0,
    record: options.record ?? 'full',
    models: options.models ?? KNOWN_MODELS,
  };
}
