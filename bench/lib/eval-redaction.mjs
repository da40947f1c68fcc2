import { Redactor } from 'nestjs-claude';

const percent = (part, whole) => (whole === 0 ? 100 : (100 * part) / whole);
const shown = (value) => `${value.toFixed(1)} %`;

/** Nothing of a secret that could be of use is left: no run of nine of its characters. */
function isRemoved(secret, text) {
  if (text.includes(secret)) return false;
  for (let at = 0; at + 9 <= secret.length; at += 1) if (text.includes(secret.slice(at, at + 9))) return false;
  return true;
}

/** Secrets removed and look-alikes changed, whether a second pass changes anything, and what a KB costs. */
export function evaluateRedaction({ secrets, lookalikes }) {
  const redactor = new Redactor();
  const scored = secrets.filter(({ hard, stretch }) => !hard && !stretch);
  const hard = secrets.filter(({ hard: isHard }) => isHard);
  const all = [...secrets, ...lookalikes].map(({ text }) => text);
  const changed = lookalikes.filter(({ text }) => redactor.text(text) !== text);
  const unstable = all.filter((text) => redactor.text(redactor.text(text)) !== redactor.text(text));
  const changedShare = lookalikes.length === 0 ? 0 : percent(changed.length, lookalikes.length);
  const cost = microsPerKb(redactor, all);
  return [
    recall('secrets removed', redactor, scored, 98),
    recall('hard secrets removed', redactor, hard),
    ...byCategory(redactor, scored),
    {
      name: 'look-alikes changed',
      rows: lookalikes.length,
      value: shown(changedShare),
      bound: '<= 1 %',
      holds: changedShare <= 1,
      missed: changed.map(({ text }) => `changed: ${text} -> ${redactor.text(text)}`),
    },
    {
      name: 'changed by a second pass',
      rows: all.length,
      value: String(unstable.length),
      bound: '0',
      holds: unstable.length === 0,
    },
    { name: 'CPU per KB', value: `${cost.toFixed(0)} us`, bound: '<= 200 us', holds: cost <= 200 },
  ];
}

function recall(name, redactor, rows, atLeast) {
  const left = rows.filter(({ text, spans }) => {
    const cleared = redactor.text(text);
    return !spans.every(([start, end]) => isRemoved(text.slice(start, end), cleared));
  });
  const share = percent(rows.length - left.length, rows.length);
  return {
    name,
    rows: rows.length,
    value: shown(share),
    ...(atLeast === undefined ? {} : { bound: `>= ${atLeast} %`, holds: share >= atLeast }),
    missed: left.map(({ text }) => `left: ${text}`),
  };
}

/** Only those in which something is left: the rest would fill the screen. */
function byCategory(redactor, rows) {
  const categories = [...new Set(rows.map(({ category }) => category))];
  return categories
    .map((category) =>
      recall(
        `- ${category}`,
        redactor,
        rows.filter((row) => row.category === category),
      ),
    )
    .filter(({ missed }) => missed.length > 0)
    .map(({ missed: _missed, ...figure }) => figure);
}

/** The best of many rounds, in CPU time: what else the machine does is not the redactor's. */
function microsPerKb(redactor, texts) {
  const kb = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1_024;
  const pass = (times) => {
    for (let repeat = 0; repeat < times; repeat += 1) for (const text of texts) redactor.text(text);
  };
  // Until everything is compiled, which takes its time on a busy machine.
  pass(300);
  const rounds = Array.from({ length: 30 }, () => {
    const before = process.cpuUsage();
    pass(10);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 10 / kb;
  });
  return Math.min(...rounds);
}
