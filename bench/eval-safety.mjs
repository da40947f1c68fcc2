// `npm run eval:safety -- --secrets secrets.jsonl --lookalikes lookalikes.jsonl`, or SAFETY_CORPORA=<folder that holds them>:
// how well the redactor does on labelled rows, against its bounds. Exits with 1 where one is missed.
// Rows are JSON lines: `{ text, spans: [[start, end, type]], category, hard }`.
import { parseArgs } from 'node:util';
import { evaluateRedaction } from './lib/eval-redaction.mjs';
import { readRows } from './lib/rows.mjs';

/** What is evaluated, and the rows it needs. Each returns figures: `{ name, value, bound, holds, rows, missed }`. */
const EVALUATIONS = [{ name: 'redaction', rows: ['secrets', 'lookalikes'], evaluate: evaluateRedaction }];

const names = [...new Set(EVALUATIONS.flatMap(({ rows }) => rows))];
const { values } = parseArgs({
  options: {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    verbose: { type: 'boolean', default: false },
  },
});

let missed = 0;
for (const { name, rows, evaluate } of EVALUATIONS) {
  const figures = await evaluate(Object.fromEntries(rows.map((file) => [file, readRows(file, values[file])])));
  console.log(`\n${name}`);
  console.table(
    figures.map(({ name: figure, value, bound, holds, rows: count }) => ({
      figure,
      rows: count ?? '',
      value,
      bound: bound ?? '',
      '': holds === undefined ? '' : holds ? 'ok' : 'MISSED',
    })),
  );
  const misses = figures.flatMap(({ missed: texts = [] }) => texts);
  if (values.verbose) for (const miss of misses) console.log(`  ${miss}`);
  missed += figures.filter(({ holds }) => holds === false).length;
}
process.exitCode = missed > 0 ? 1 : 0;
