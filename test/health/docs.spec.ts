import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HEALTH_DEFAULTS, HEALTH_PROBE_DEFAULTS, HEALTH_RULES } from '../../libs/claude/src/health/health.options.js';
import { bootClaude } from '../support/claude-harness.js';

const SECTION = /\n## Health\n(.*?)\n## /s;
const text = readFileSync(join(__dirname, '../../docs/observability.md'), 'utf8');

/** The rows of the table whose first column has a heading. */
function rowsOf(heading: string): string[][] {
  const [, section = ''] = SECTION.exec(text) ?? [];
  const [, table = ''] =
    new RegExp(`\\n\\| ${heading} +\\|[^\\n]*\\n\\|[^\\n]*\\n((?:\\|[^\\n]*\\n)+)`).exec(section) ?? [];
  const rows = table.trim().split('\n');
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

const namesOf = (heading: string): string[] => rowsOf(heading).map(([name = '']) => name);

/** Every value below an object, by its path. */
function leavesOf(value: object, under = ''): [string, unknown][] {
  return Object.entries(value).flatMap(([key, each]) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? leavesOf(each as object, `${under}${key}.`)
      : [[`${under}${key}`, each] as [string, unknown]],
  );
}

describe('the health section of docs/observability.md', () => {
  it('has every rule', () => {
    expect(namesOf('Rule')).toEqual(['lifecycle', ...HEALTH_RULES]);
  });

  it('has every detail that there is, and no other', async () => {
    const { health } = await bootClaude({ health: { probe: {} } });
    const found = Object.entries(health.check().rules).flatMap(([rule, report]) =>
      Object.keys(report).map((detail) => `${rule}.${detail}`),
    );
    expect(namesOf('Detail')).toEqual(found);
  });

  it('has every option with its default', () => {
    const documented = rowsOf('Option').map(([name = '', value = '']) => [name, value.replaceAll(',', '')]);
    const given = leavesOf({ ...HEALTH_DEFAULTS, probe: HEALTH_PROBE_DEFAULTS }, 'health.');
    const expected = [...given, ['health.probe', HEALTH_DEFAULTS.probe] as const].map(([name, value]) => [
      name,
      Array.isArray(value) ? '[]' : String(value),
    ]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(expected));
  });
});
