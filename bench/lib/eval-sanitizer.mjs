import { INJECTION_RULES } from 'nestjs-claude';
import { InjectionScanner } from '../../libs/claude/dist/esm/sanitization/detection/injection-scanner.js';
import { inspectInvisible } from '../../libs/claude/dist/esm/sanitization/invisible/invisible-text.js';

const THRESHOLD = 0.5;
const MOST_HOSTILE = [32, 128, 1_024];

const percent = (part, whole) => (whole === 0 ? 0 : (100 * part) / whole);
const shown = (value) => `${value.toFixed(1)} %`;

/** Attacks found, plain and in disguise, harmless texts taken for one, what is left of what hides, and what it costs. */
export function evaluateSanitizer({ injection, obfuscated, benign }) {
  const scanner = new InjectionScanner(INJECTION_RULES, THRESHOLD);
  const isFound = ({ text }) => scanner.scan(text).hits.length > 0;
  const all = [...injection, ...obfuscated, ...benign].map(({ text }) => text);
  const cost = microsPerKb(scanner, all);
  const slowest = p99Ms(scanner, all);
  return [
    found('explicit attacks found', isFound, scored(injection), 75),
    ...byCategory(isFound, scored(injection)),
    found('disguised attacks found', isFound, scored(obfuscated), 85),
    ...byCategory(isFound, scored(obfuscated)),
    found(
      'hard disguised attacks found',
      isFound,
      obfuscated.filter(({ hard }) => hard),
    ),
    falsePositives(isFound, scored(benign)),
    ...invisible(benign, obfuscated),
    { name: 'CPU per KB', value: `${cost.toFixed(0)} us`, bound: '<= 300 us', holds: cost <= 300 },
    { name: 'p99 of a text', value: `${slowest.toFixed(2)} ms`, bound: '<= 2 ms', holds: slowest <= 2 },
    ...MOST_HOSTILE.map((kb) => hostile(scanner, kb)),
  ];
}

function scored(rows) {
  return rows.filter(({ stretch, discuss, hard }) => !stretch && !discuss && !hard);
}

function found(name, isFound, rows, atLeast) {
  const missed = rows.filter((row) => !isFound(row));
  const share = percent(rows.length - missed.length, rows.length);
  return {
    name,
    rows: rows.length,
    value: shown(share),
    ...(atLeast === undefined ? {} : { bound: `>= ${atLeast} %`, holds: share >= atLeast }),
    missed: missed.map(({ text }) => `missed: ${text}`),
  };
}

function byCategory(isFound, rows) {
  const categories = [...new Set(rows.map(({ category }) => category))];
  return categories.map((category) => {
    const { missed: _, ...figure } = found(
      `- ${category}`,
      isFound,
      rows.filter((row) => row.category === category),
    );
    return figure;
  });
}

function falsePositives(isFound, rows) {
  const wrong = rows.filter(isFound);
  const share = percent(wrong.length, rows.length);
  return {
    name: 'harmless texts taken for an attack',
    rows: rows.length,
    value: shown(share),
    bound: '<= 1.5 %',
    holds: share <= 1.5,
    missed: wrong.map(({ text }) => `wrong: ${text}`),
  };
}

function cleaned(text) {
  return inspectInvisible(text).cleaned.text;
}

/** Where letters are hidden in, no row may keep any of it; what people write may lose nothing. */
function invisible(benign, obfuscated) {
  const broken = benign.filter(({ text }) => cleaned(text) !== text);
  const hiding = obfuscated.filter(({ category }) =>
    /zero_width|tag_payload|variation_payload|bidi|null_bytes/.test(category),
  );
  const left = hiding.filter(({ text }) =>
    /[\0\u200b-\u200d\u2060\ufeff\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e01ef}]/u.test(cleaned(text)),
  );
  return [
    {
      name: 'harmless texts that lose a character',
      rows: benign.length,
      value: String(broken.length),
      bound: '0',
      holds: broken.length === 0,
      missed: broken.map(({ text }) => `changed: ${JSON.stringify(text)}`),
    },
    {
      name: 'hidden payloads left',
      rows: hiding.length,
      value: String(left.length),
      bound: '0',
      holds: left.length === 0,
      missed: left.map(({ text }) => `left: ${JSON.stringify(text)}`),
    },
  ];
}

function cpuMs(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The best of many rounds: what else the machine does is not the scanner's. */
function microsPerKb(scanner, texts) {
  const kb = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1_024;
  const pass = () => {
    for (const text of texts) scanner.scan(text);
  };
  for (let round = 0; round < 10; round += 1) pass();
  return (Math.min(...Array.from({ length: 20 }, () => cpuMs(pass))) * 1_000) / kb;
}

/** Of each text the best of five, and of those the hundredth part that takes longest. */
function p99Ms(scanner, texts) {
  const best = (text) =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const began = performance.now();
        scanner.scan(text);
        return performance.now() - began;
      }),
    );
  const times = texts.map(best).toSorted((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)];
}

const UNITS = [
  'a',
  ' ',
  'a ',
  '.',
  '<',
  '<!--',
  '%',
  '&#',
  'ignore ',
  'ignore all ',
  'system ',
  'ignoreall',
  '忽略',
  '\u200b',
  '\u{e0061}',
  'QUJD',
  '4a ',
];

/** The shape of text that takes longest. */
function hostile(scanner, kb) {
  const times = UNITS.map((unit) => {
    const text = unit.repeat(Math.ceil((kb * 1_024) / unit.length));
    return [Math.min(...Array.from({ length: 3 }, () => cpuMs(() => scanner.scan(text)))), unit];
  });
  const [ms, unit] = times.toSorted(([a], [b]) => b - a)[0];
  return {
    name: `${kb} KB of the worst of ${UNITS.length} shapes (${JSON.stringify(unit)})`,
    value: `${ms.toFixed(0)} ms`,
    ...(kb === 128 ? { bound: '<= 250 ms', holds: ms <= 250 } : {}),
  };
}
