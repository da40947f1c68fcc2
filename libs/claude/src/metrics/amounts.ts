import type { LabelName } from './catalogue/metric-definition.js';
import type { Labels, Sample } from './fed-metric.js';

/** How amounts are told. */
export interface AmountsOptions {
  /** Labels that all of them have. */
  readonly common?: Labels;
  /** How many make one of the metric, so that integers can be summed. Default 1. */
  readonly perUnit?: number;
  /** Values of the second label that are there, with 0, as soon as one of the first is: so the first of them is seen to come. */
  readonly always?: readonly string[];
}

/** What is counted by up to two labels until somebody reads it: far cheaper per call than prom-client's own counters. */
export class Amounts {
  readonly #rows = new Map<string, Map<string, number>>();

  constructor(
    private readonly names: readonly [first?: LabelName, second?: LabelName],
    private readonly options: AmountsOptions = {},
  ) {}

  add(first: string, second = '', amount = 1): void {
    const row = this.#rows.get(first) ?? this.#addRow(first);
    row.set(second, (row.get(second) ?? 0) + amount);
  }

  /** What came since this was called last. */
  readonly take = (): readonly Sample[] => {
    const { perUnit = 1 } = this.options;
    const samples: Sample[] = [];
    for (const [first, row] of this.#rows) {
      for (const [second, amount] of row) {
        samples.push([this.#labels(first, second), amount / perUnit]);
        row.set(second, 0);
      }
    }
    return samples;
  };

  #addRow(first: string): Map<string, number> {
    const row = new Map(this.options.always?.map((second) => [second, 0]));
    this.#rows.set(first, row);
    return row;
  }

  #labels(first: string, second: string): Labels {
    const [firstName, secondName] = this.names;
    return {
      ...this.options.common,
      ...(firstName === undefined ? {} : { [firstName]: first }),
      ...(secondName === undefined ? {} : { [secondName]: second }),
    };
  }
}
