import type { z } from 'zod';

/** A value that passed its schema, or a `TypeError` that names each fault by path. */
export function parseOrExplain<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${[what, ...path].map(String).join('.')}: ${message}`);
  throw new TypeError(`AnthropicSimulator cannot use this ${what}. ${faults.join('; ')}`);
}
