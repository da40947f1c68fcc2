import type { FindingAction, InputFinding } from '../call/input-finding.js';
import type { DetectorHook, DetectorStats } from './detector-hook.js';

/** What the sanitizer has found since the start. */
export interface SanitizationStats {
  /** Requests and other values that were looked at. */
  readonly inspected: number;
  readonly changed: number;
  readonly refused: number;
  /** Findings by rule. */
  readonly byRule: Readonly<Record<string, number>>;
  /** Findings by what became of them, or would have in shadow mode. */
  readonly byAction: Readonly<Record<FindingAction, number>>;
  /** By name. */
  readonly detectors: Readonly<Record<string, DetectorStats>>;
}

/** Counts what was found. Rules come from a closed set, so it does not grow with traffic. */
export class SanitizationTally {
  #inspected = 0;
  #changed = 0;
  #refused = 0;
  readonly #byRule = new Map<string, number>();
  readonly #byAction: Record<FindingAction, number> = { log: 0, flag: 0, strip: 0, block: 0 };

  add(findings: readonly InputFinding[], { changed, refused }: { changed: boolean; refused: boolean }): void {
    this.#inspected += 1;
    if (changed) this.#changed += 1;
    if (refused) this.#refused += 1;
    for (const { rule, action } of findings) {
      this.#byRule.set(rule, (this.#byRule.get(rule) ?? 0) + 1);
      this.#byAction[action] += 1;
    }
  }

  stats(detectors: readonly DetectorHook[]): SanitizationStats {
    return {
      inspected: this.#inspected,
      changed: this.#changed,
      refused: this.#refused,
      byRule: Object.fromEntries(this.#byRule),
      byAction: { ...this.#byAction },
      detectors: Object.fromEntries(detectors.map(({ name, stats }) => [name, stats])),
    };
  }
}
