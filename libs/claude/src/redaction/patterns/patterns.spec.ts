import { EXAMPLES } from '../spec-support/examples.js';
import { replaceMatches } from '../secret-pattern.js';
import { REDACTION_PATTERNS } from './patterns.js';

const names = REDACTION_PATTERNS.map(({ name }) => name);

it('names each pattern once, and has examples of each and of no other', () => {
  expect(names.toSorted()).toEqual(Object.keys(EXAMPLES).toSorted());
});

describe.each(REDACTION_PATTERNS.map((pattern) => [pattern.name, pattern] as const))(
  'The pattern %s',
  (name, pattern) => {
    const examples = EXAMPLES[name] ?? { secret: [], clean: [] };
    const cleared = (text: string): string => replaceMatches(text, pattern, () => '#');

    it('has examples of both kinds', () => {
      expect([examples.secret.length, examples.clean.length]).not.toContain(0);
    });

    it.each(examples.secret)('takes the secret out of %j', (text, secret) => {
      expect(text).toContain(secret);
      expect(cleared(text)).not.toContain(secret);
      expect(cleared(text)).toContain('#');
    });

    it.each(examples.clean)('leaves %j alone', (text) => {
      expect(cleared(text)).toBe(text);
    });
  },
);

/** Units whose repetition makes a careless expression go back and forth. */
const UNITS = [
  'a',
  '0',
  ' ',
  '-',
  '@',
  'a@',
  'sk-ant-',
  'eyJ-',
  'eyJaaaaaaaaa.',
  'password="',
  'token: ',
  '://a:',
  '-----BEGIN PRIVATE KEY-----',
  'cookie: a=b; ',
  '+1 (2',
  'DE89 3704 ',
];

const HOSTILE_KB = [32, 128] as const;

/** CPU time rather than the clock's, which also tells what else the machine does. */
function cpuMs(work: () => void): number {
  const rounds = Array.from({ length: 6 }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...rounds);
}

describe.each(UNITS)('On %j without end', (unit) => {
  const texts = HOSTILE_KB.map((kb) => unit.repeat(Math.ceil((kb * 1_024) / unit.length)));

  it.each(REDACTION_PATTERNS)('$name is linear', (pattern) => {
    const [short = NaN, long = NaN] = texts.map((text) => cpuMs(() => replaceMatches(text, pattern, () => '#')));
    // How fast it is, the evaluation of safety tells; this is for what would never end.
    expect(long).toBeLessThan(5_000);
    // Below a few milliseconds there is nothing to compare.
    expect(long / Math.max(short, 4)).toBeLessThan(8);
  });
});
