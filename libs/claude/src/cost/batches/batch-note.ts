import { z } from 'zod';

/** Results can be read for 29 days ("Batch processing" in the Anthropic API docs); and somebody reads them in the last hour. */
export const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;

const CHARGE = z.object({
  /** Name of the budget, and whose it is. */
  budget: z.string(),
  who: z.string(),
  /** The only model whose requests it pays for; `null` for all of them. */
  model: z.string().nullable(),
  /** What stands in the budget as spent. */
  nanoUsd: z.number().int().min(0),
  /** Its meter of that time, which is another one by now if the stretch is over. */
  meter: z.object({
    key: z.string(),
    label: z.string(),
    limit: z.number().min(0),
    isHard: z.boolean(),
    rollingMs: z.number().positive().nullable(),
  }),
  endsAtMs: z.number().nullable(),
});

const NOTE = z.object({
  /** When it was created, in wall-clock milliseconds; and by the clock of the process that did, which that one still knows. */
  atMs: z.number(),
  clock: z.object({ id: z.string(), nowMs: z.number() }),
  /** How many requests there are in it: as many results have to come. */
  requests: z.number().int().min(0),
  /** Whose it is. */
  user: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  requestType: z.string().nullable(),
  endpoint: z.string(),
  charges: z.array(CHARGE),
});

/** What a budget was charged for a batch: the most that it can cost. */
export type BatchCharge = Readonly<z.infer<typeof CHARGE>>;

/** What is remembered of a batch until its results are read, by whoever reads them. */
export type BatchNote = Readonly<z.infer<typeof NOTE>>;

/** Under which it is kept. */
export function noteKey(batchId: string): string {
  return `batch/${batchId}`;
}

export function writeNote(note: BatchNote): string {
  return JSON.stringify(note);
}

/** `null` for what is no note, or none that this version understands. */
export function readNote(text: string | null): BatchNote | null {
  if (text === null) return null;
  try {
    return NOTE.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
