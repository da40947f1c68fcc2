import { z } from 'zod';

const ms = z.number().min(0).optional();

/** Checks what users hand in; `Latency` is its documented type. */
export const latencySchema = z.strictObject({ firstTokenMs: ms, perEventMs: ms, jsonMs: ms });
