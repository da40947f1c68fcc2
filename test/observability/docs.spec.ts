import { readFileSync } from 'node:fs';
import { CALL_FIELD_NAMES } from '../../libs/claude/src/observability/call-fields.js';
import { HANDLER_FIELD_NAMES } from '../../libs/claude/src/observability/handler-fields.js';
import { LOG_DEFAULTS } from '../../libs/claude/src/observability/log.options.js';
import { SPAN_ATTRIBUTE_NAMES } from '../../libs/claude/src/observability/tracing/span-attributes.js';

const DOCS = readFileSync(`${__dirname}/../../docs/observability.md`, 'utf8');

/** What stands in the first column of a table, name by name. */
function namesIn(section: string): string[] {
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => Array.from((row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g), ([, name]) => name ?? ''));
}

/** The table behind a mark, up to the next one. */
function tableBehind(mark: string): string[] {
  const [, behind = ''] = DOCS.split(`<!-- ${mark} -->`);
  return namesIn(behind.split('<!-- end -->')[0] ?? '');
}

it.each([
  // What the log adds to what the record gives.
  ['fields of a call', [...CALL_FIELD_NAMES, 'slow', 'sampleRate', 'prompt', 'answer']],
  ['fields of a handler', HANDLER_FIELD_NAMES],
  ['attributes of a span', SPAN_ATTRIBUTE_NAMES],
])('The table of the %s has all there are, in their order, and no other', (mark, names) => {
  expect(tableBehind(mark)).toEqual(names);
});

it('The table of the options of the log has all there are', () => {
  const [options = ''] = DOCS.split('<!-- fields of a call -->');
  expect(namesIn(options).toSorted()).toEqual(Object.keys(LOG_DEFAULTS).toSorted());
});
