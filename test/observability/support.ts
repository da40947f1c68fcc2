import { Registry } from 'prom-client';
import type { ClaudeModuleOptions } from 'nestjs-claude';
import { ClaudeMetricsModule, type AnyRegistry, type ClaudeMetricsOptions } from 'nestjs-claude/metrics';
import type { SimulatorOptions } from 'nestjs-claude/testing';
import { bootClaude, type ClaudeHarness, type TestWorld } from '../support/claude-harness.js';

/** What a registry said at one moment: each series, as it is written, with its value. */
export class Scrape {
  readonly series: ReadonlyMap<string, number>;

  constructor(readonly text: string) {
    this.series = new Map(
      text
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map(seriesOf),
    );
  }

  /** The series of one metric that are not 0, as `{labels}` and value. */
  of(name: string): Readonly<Record<string, number>> {
    const own = [...this.series].filter(([series, value]) => nameOf(series) === name && value !== 0);
    return Object.fromEntries(own.map(([series, value]) => [series.slice(name.length), value]));
  }

  /** The sum of the series of one metric. */
  sum(name: string): number {
    return [...this.series].reduce((sum, [series, value]) => sum + (nameOf(series) === name ? value : 0), 0);
  }
}

export async function scrape(registry: AnyRegistry): Promise<Scrape> {
  return new Scrape(await registry.metrics());
}

/** The module against a simulator, measured in a registry of its own. */
export interface MetricsHarness extends ClaudeHarness {
  readonly registry: AnyRegistry;
  scrape(): Promise<Scrape>;
}

export async function bootMetrics(
  claude: Omit<ClaudeModuleOptions, 'baseURL'> = {},
  simulator: SimulatorOptions = {},
  { metrics = {}, ...world }: TestWorld & { readonly metrics?: ClaudeMetricsOptions } = {},
): Promise<MetricsHarness> {
  const registry: AnyRegistry = metrics.registry ?? new Registry();
  const imports = [ClaudeMetricsModule.forRoot({ ...metrics, registry }), ...(world.imports ?? [])];
  const harness = await bootClaude(claude, simulator, { ...world, imports });
  return { ...harness, registry, scrape: () => scrape(registry) };
}

function seriesOf(line: string): [series: string, value: number] {
  // An exemplar follows the value of a series.
  const [, series = '', value = ''] = /^(\S+?(?:\{[^}]*\})?) (\S+)/.exec(line) ?? [];
  return [series, Number(value)];
}

function nameOf(series: string): string {
  return /^[^{]*/.exec(series)?.[0] ?? '';
}
