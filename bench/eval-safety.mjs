// `npm run eval:safety -- --secrets secrets.jsonl --lookalikes lookalikes.jsonl`, or SAFETY_CORPORA=<folder that holds them>:
// how well redactor and sanitizer do on labelled rows, against their bounds. Exits with 1 where one is missed. What no rows are
// given for is passed over. Rows are JSON lines: `{ text, spans: [[start, end, type]], category, hard, stretch, discuss }`.
import { parseArgs } from 'node:util';
import { evaluateRedaction } from './lib/eval-redaction.mjs';
import { evaluateSanitizer } from './lib/eval-sanitizer.mjs';
import { readRows } from './lib/rows.mjs';

/** What is evaluated, and the rows it needs. Each returns figures: `{ name, value, bound, holds, rows, missed }`. */
const EVALUATIONS = [
  { name: 'redaction', rows: ['secrets', 'lookalikes'], evaluate: evaluateRedaction },
  { name: 'sanitization', rows: ['injection', 'obfuscated', 'benign'], evaluate: evaluateSanitizer },
];

const names = [...new Set(EVALUATIONS.flatMap(({ rows }) => rows))];
const { values } = parseArgs({
  options: {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    verbose: { type: 'boolean', default: false },
  },
});

const isGiven = ({ rows }) =>
  process.env.SAFETY_CORPORA !== undefined || rows.some((file) => values[file] !== undefined);
// Nothing given at all is told by the first one.
const chosen = EVALUATIONS.some(isGiven) ? EVALUATIONS.filter(isGiven) : EVALUATIONS;

let missed = 0;
for (const { name, rows, evaluate } of chosen) {
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
