import { z } from 'zod';
import type { ModelLimits } from '../rate-limit/rate-limit.options.js';
import type { LimitWindow } from '../rate-limit/resolve-rate-limits.js';
import { limitContradictions, namesNoLimit } from './limit-contradictions.js';
import { schemaProblems } from './schema-problems.js';
import { modelLimits } from './schema/rate-limit.schema.js';
import { accepted } from './validate-options.js';

/**
 * Refuses limits at run time for what the module's options would be refused for.
 *
 * @param path What the limits are called in messages, e.g. `limits`.
 * @throws InvalidOptionsError naming everything that is wrong.
 */
export function checkModelLimits(limits: unknown, path: string, window: LimitWindow): ModelLimits {
  const misshapen = schemaProblems(z.object({ [path]: modelLimits }), { [path]: limits });
  return accepted<ModelLimits>(limits, 'rate limits', misshapen, (given) => [
    ...namesNoLimit(path, given),
    ...limitContradictions(path, given, window),
  ]);
}
