/** What a cell may hold. */
export type Cell = string | number | null;

const LINE_END = '\r\n';

/** A table as CSV (RFC 4180), safe to open in a spreadsheet. */
export function csvOf(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  return [header, ...rows].map((row) => row.map(cellOf).join(',') + LINE_END).join('');
}

/** Spreadsheets run a text that begins with one of these as a formula; callers choose the names of users and tags. */
const RUNS_AS_FORMULA = /^[=+\-@\t\r]/;

const NEEDS_QUOTES = /[",\r\n]/;

function cellOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = RUNS_AS_FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
