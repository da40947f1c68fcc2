import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The rows of a file given by its path, else of `<name>.jsonl` in the folder that SAFETY_CORPORA names. */
export function readRows(name, path) {
  const folder = process.env.SAFETY_CORPORA;
  const file = path ?? (folder === undefined ? undefined : join(folder, `${name}.jsonl`));
  if (file === undefined) throw new Error(`Say where the rows are: --${name} FILE, or SAFETY_CORPORA=FOLDER.`);
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line));
  if (rows.length === 0) throw new Error(`There are no rows in ${file}.`);
  return rows;
}
