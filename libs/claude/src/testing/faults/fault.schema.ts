import { z } from 'zod';
import type { Fault } from './fault.js';

const afterDeltas = z.int().min(0);
const ms = z.number().min(0);

/** Checks what users hand in; `Fault` is its documented type. */
export const faultSchema: z.ZodType<Fault> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(300).max(599),
    type: z.string().optional(),
    message: z.string().optional(),
    errorCode: z.string().optional(),
    headers: z.record(z.string(), z.string()).optional(),
    retryAfter: z.union([z.number(), z.string()]).optional(),
    retryAfterMs: z.number().optional(),
    body: z.string().optional(),
    contentType: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('resetBeforeHeaders') }),
  z.strictObject({ kind: z.literal('resetMidStream'), afterDeltas }),
  z.strictObject({ kind: z.literal('truncateStream'), afterDeltas }),
  z.strictObject({ kind: z.literal('truncateBody'), afterDeltas: afterDeltas.optional() }),
  z.strictObject({
    kind: z.literal('errorEvent'),
    type: z.string().optional(),
    message: z.string().optional(),
    beforeMessageStart: z.boolean().optional(),
    afterDeltas: afterDeltas.optional(),
  }),
  z.strictObject({ kind: z.literal('malformedEvent'), afterDeltas }),
  z.strictObject({ kind: z.literal('malformedJson') }),
  z.strictObject({ kind: z.literal('emptyBody') }),
  z.strictObject({ kind: z.literal('hang') }),
  z.strictObject({ kind: z.literal('stallAfterHeaders') }),
  z.strictObject({ kind: z.literal('stallMidStream'), afterDeltas }),
  z.strictObject({ kind: z.literal('pingsOnly'), everyMs: z.number().min(1).optional() }),
  z.strictObject({ kind: z.literal('slowFirstToken'), ms }),
  z.strictObject({ kind: z.literal('slowStream'), perEventMs: ms }),
  z.strictObject({ kind: z.literal('corruptGzip') }),
  z.strictObject({ kind: z.literal('hugeEvent'), bytes: z.int().min(1) }),
  z.strictObject({ kind: z.literal('unknownEvents') }),
  z.strictObject({ kind: z.literal('splitBytes'), chunkBytes: z.int().min(1) }),
]);
