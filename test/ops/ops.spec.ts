import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS, type MetricName } from 'nestjs-claude/metrics';

const OPS = join(__dirname, '../../ops');

/** Labels that Prometheus itself puts on the buckets of histograms. */
const OF_BUCKETS = ['le'];

/** A mention of a metric, and the labels it is narrowed or summed by. */
interface Use {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** Every expression in a dashboard: those of its panels and of its variables. */
function dashboardExpressions(): string[] {
  const text = readFileSync(join(OPS, 'grafana/dashboard.json'), 'utf8');
  const found: string[] = [];
  JSON.parse(text, (key, value: unknown) => {
    if ((key === 'expr' || key === 'query') && typeof value === 'string' && value.includes('anthropic_'))
      found.push(value);
    return value;
  });
  return found;
}

/** The expressions of the rules, each with the text that people read of it, which names metrics too. */
function ruleExpressions(): string[] {
  const text = readFileSync(join(OPS, 'prometheus/alerts.yml'), 'utf8');
  return text.split(/^ +- alert: /m).slice(1);
}

function usesIn(expression: string): Use[] {
  const sums = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => namesIn(labels));
  return [...expression.matchAll(/\b(anthropic_\w+)(?:\{([^}]*)\})?/g)].map(([, metric = '', matchers = '']) => ({
    metric,
    labels: [...namesIn(matchers.replaceAll(/"[^"]*"/g, '')), ...sums],
  }));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\w+/g)].map(([name]) => name);
}

/** The metric of the catalogue that a series belongs to; `undefined` where it belongs to none. */
function metricOf(series: string): MetricName | undefined {
  if (Object.hasOwn(METRICS, series))
    return METRICS[series as MetricName].kind === 'histogram' ? undefined : (series as MetricName);
  const base = series.replace(/_(?:bucket|sum|count)$/, '');
  return Object.hasOwn(METRICS, base) && METRICS[base as MetricName].kind === 'histogram'
    ? (base as MetricName)
    : undefined;
}

const EXPRESSIONS = [
  ...dashboardExpressions().map((expression) => ['the dashboard', expression] as const),
  ...ruleExpressions().map((expression) => ['the alert rules', expression] as const),
];

describe('Dashboard and alert rules', () => {
  it('are looked at whole', () => {
    expect(dashboardExpressions().length).toBeGreaterThan(40);
    expect(ruleExpressions()).toHaveLength(12);
  });

  it.each(EXPRESSIONS)('%s use only metrics and labels that there are: %s', (_, expression) => {
    const uses = usesIn(expression.replaceAll(/\bdescription: '[^']*'/g, ''));
    expect(uses).not.toEqual([]);
    for (const { metric, labels } of uses) {
      const name = metricOf(metric);
      if (name === undefined) throw new Error(`No metric has the series ${metric}.`);
      const known = new Set<string>([...METRICS[name].labels, ...(metric.endsWith('_bucket') ? OF_BUCKETS : [])]);
      expect([metric, labels.filter((label) => !known.has(label))]).toEqual([metric, []]);
    }
  });

  it('tell people of metrics that there are', () => {
    const told = ruleExpressions().flatMap((rule) => /description: '([^']*)'/.exec(rule)?.[1] ?? []);
    const named = told.flatMap((text) => [...text.matchAll(/anthropic_\w+/g)].map(([name]) => name));
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => !Object.hasOwn(METRICS, name))).toEqual([]);
  });

  it('show every metric somewhere', () => {
    const shown = new Set(
      EXPRESSIONS.flatMap(([, expression]) => usesIn(expression).map(({ metric }) => metricOf(metric))),
    );
    expect((Object.keys(METRICS) as MetricName[]).filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe('The alert rules', () => {
  const promtool = versionOfPromtool();

  if (promtool === null && process.env['CI'] === undefined) {
    // oxlint-disable-next-line no-console -- whoever runs the tests must know what was left out
    console.warn('promtool is not installed, so the alert rules were not run: install the package `prometheus`.');
  } else {
    it('fire when they should, and not otherwise, as promtool runs them', () => {
      if (promtool === null) throw new Error('promtool is missing: install the package `prometheus`.');
      const run = (...args: string[]): string =>
        execFileSync('promtool', args, { cwd: join(OPS, 'prometheus'), encoding: 'utf8', stdio: 'pipe' });
      expect(run('check', 'rules', 'alerts.yml')).toContain('12 rules found');
      expect(run('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS');
    });
  }

  it('each have a test that sees them fire', () => {
    const names = ruleExpressions().map((rule) => /^\w+/.exec(rule)?.[0] ?? '');
    const tests = readFileSync(join(OPS, 'prometheus/alerts.test.yml'), 'utf8');
    const fired = new Set(Array.from(tests.matchAll(/alertname: (\w+)\s+exp_alerts:\n/g), ([, name]) => name));
    const quiet = new Set(Array.from(tests.matchAll(/alertname: (\w+)\s+exp_alerts: \[\]/g), ([, name]) => name));
    expect(names.filter((name) => !fired.has(name) || !quiet.has(name))).toEqual([]);
  });
});

function versionOfPromtool(): string | null {
  try {
    return execFileSync('promtool', ['--version'], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return null;
  }
}
