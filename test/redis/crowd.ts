import { PARAMS, type ClaudeHarness } from '../support/claude-harness.js';

/** What became of one call. */
interface Ended {
  readonly outcome: string;
  readonly tookMs: number;
  readonly endedAtMs: number;
}

/** Callers who each make one call after the other, until they are told to stop. */
export class Crowd {
  readonly ended: Ended[] = [];
  #isOver = false;
  readonly #callers: readonly Promise<void>[];

  constructor(harnesses: readonly ClaudeHarness[], callers: number) {
    this.#callers = Array.from({ length: callers }, (_, index) =>
      this.#callOn(harnesses[index % harnesses.length] as ClaudeHarness),
    );
  }

  /** How calls ended since then, by how often. */
  outcomes(sinceMs = -Infinity): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { outcome, endedAtMs } of this.ended)
      if (endedAtMs >= sinceMs) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  }

  get longestMs(): number {
    return Math.max(...this.ended.map(({ tookMs }) => tookMs));
  }

  /** Lets every caller finish its call. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#callers);
  }

  async #callOn({ claude }: ClaudeHarness): Promise<void> {
    while (!this.#isOver) {
      const startedAtMs = performance.now();
      const outcome = await claude.messages.create(PARAMS).then(() => 'succeeded', codeOf);
      const endedAtMs = performance.now();
      this.ended.push({ outcome, tookMs: endedAtMs - startedAtMs, endedAtMs });
      // Refusals take no time: others have to be heard in between.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
}
