import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS, type MetricDefinition } from 'nestjs-claude/metrics';

/** One row of the table of metrics. */
const ROW = /^\| `(anthropic_\w+)` +\| (\w+) +\| (.*?) +\| (.*?) +\| (.*?) +\|$/gm;

it('docs/observability.md has every metric with its type, labels, unit and meaning, and no other', () => {
  const text = readFileSync(join(__dirname, '../../docs/observability.md'), 'utf8');
  const rows = [...text.matchAll(ROW)].map(([, ...cells]) => cells);

  const expected = Object.entries<MetricDefinition>(METRICS).map(([name, { kind, labels, unit, help }]) => [
    name,
    kind,
    labels.length === 0 ? '—' : labels.map((label) => `\`${label}\``).join(', '),
    unit,
    help,
  ]);
  expect(rows).toEqual(expected);
});
