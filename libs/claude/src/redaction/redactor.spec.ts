import fc from 'fast-check';
import { Redactor } from './redactor.js';
import { KnownSecrets } from './known-secrets.js';
import { PLACED, SECRETS, SURVIVORS } from './spec-support/arbitrary-secrets.js';
import { REDACTION_PATTERNS } from './patterns/patterns.js';

const MARKER = /\[redacted:[a-z_]+#[0-9a-f]{8}\]/g;

/** What logs are made of, around a value. */
const SENTENCES: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => `2026-11-27T10:00:00.000Z ERROR [Nest] call failed with ${value} after 3 attempts`,
  (value) => `value=${value} status=401 durationMs=17`,
  (value) => JSON.stringify({ level: 30, msg: `got ${value}`, pid: 17 }),
  (value) => `{ given: '${value}', retries: 2 }`,
  (value) => `\u001b[31m${value}\u001b[39m`,
  (value) => `<${value}>, (${value})`,
  (value) => `first line\n${value}\nlast line`,
];

const sentence = fc.constantFrom(...SENTENCES);
const redactor = new Redactor();

/** Whether anything of a secret that could be of use is still there. */
function isLeft(secret: string, text: string): boolean {
  return Array.from(secret.matchAll(/[^\s\\]{9,}/g)).some(([run]) =>
    Array.from({ length: run.length - 8 }, (_, at) => run.slice(at, at + 9)).some((part) => text.includes(part)),
  );
}

describe.each(Object.entries(SECRETS))('Of every secret of the kind %s', (_kind, arbitrary) => {
  it('nothing is left in any sentence', () => {
    fc.assert(
      fc.property(arbitrary, sentence, (secret, around) => {
        const cleared = redactor.text(around(secret));
        expect(cleared).not.toContain(secret);
        expect(isLeft(secret, cleared)).toBe(false);
        expect(cleared).toMatch(MARKER);
      }),
      { numRuns: 200 },
    );
  });
});

describe.each(Object.entries(PLACED))('Of every secret that is told by its place (%s)', (_kind, arbitrary) => {
  it('nothing is left in any sentence', () => {
    fc.assert(
      fc.property(arbitrary, sentence, ([text, secret], around) => {
        const cleared = redactor.text(around(text));
        expect(cleared).not.toContain(secret);
        expect(isLeft(secret, cleared)).toBe(false);
      }),
      { numRuns: 200 },
    );
  });
});

describe.each(Object.entries(SURVIVORS))('Every value of the kind %s', (_kind, arbitrary) => {
  it('survives in any sentence', () => {
    fc.assert(
      fc.property(arbitrary, sentence, (value, around) => {
        expect(redactor.text(around(value))).toBe(around(value));
      }),
      { numRuns: 200 },
    );
  });
});

describe('Redaction', () => {
  const anything = fc.oneof(
    ...Object.values(SECRETS),
    ...Object.values(SURVIVORS),
    ...Object.values(PLACED).map((arbitrary) => arbitrary.map(([text]) => text)),
    fc.string(),
    fc.constantFrom('password=', '"token":"', 'Bearer ', '://a:', '@b.cd', 'cookie: a=', ': ', ' ', '"', '\\'),
  );

  it('sees what runs on behind something it took out', () => {
    const address = 'ada.lovelace@mail.example';
    const once = redactor.text(`${address}hf_${'A'.repeat(34)}${address}`);
    expect(once).not.toContain('lovelace');
    expect(redactor.text(once)).toBe(once);
  });

  it('done twice is redaction done once', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), fc.constantFrom('', ' ', '\n', ','), (parts, between) => {
        const once = redactor.text(parts.join(between));
        expect(redactor.text(once)).toBe(once);
        const line = redactor.line(parts.join(between));
        expect(redactor.line(line)).toBe(line);
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps texts to 64 Ki characters, and finds what stands across the cut', () => {
    const key = `sk-ant-api03-${'aB3'.repeat(30)}`;
    const text = redactor.text(`${'word '.repeat(13_100)}${key} ${'word '.repeat(90_000)}`);
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).not.toContain('sk-ant');
    expect(text).toMatch(/… \[\d+ more characters\]$/);
    expect(redactor.text(text)).toBe(text);
  });

  it('gives one secret the same fingerprint everywhere, which another redactor does not share without its key', () => {
    const key = `sk-ant-api03-${'aB3'.repeat(30)}`;
    const fingerprintKey = Buffer.alloc(32, 7);
    const [one, same, other] = [new Redactor({ fingerprintKey }), new Redactor({ fingerprintKey }), new Redactor()];
    expect(one.text(`${key} and ${key}`).match(MARKER)).toEqual(
      Array(2).fill(`[redacted:token#${one.fingerprint(key)}]`),
    );
    expect(same.fingerprint(key)).toBe(one.fingerprint(key));
    expect(other.fingerprint(key)).not.toBe(one.fingerprint(key));
  });

  it('takes further patterns', () => {
    const mine = { name: 'badge', kind: 'secret', expression: /BADGE-\d+/g } as const;
    const text = new Redactor({ patterns: [...REDACTION_PATTERNS, mine] }).text('BADGE-17 of a@b.cd');
    expect(text).toMatch(/^\[redacted:secret#\w+\] of \[redacted:email#\w+\]$/);
  });

  it('finds a secret in base64, and leaves base64 of anything else alone', () => {
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    const holding = encoded('{"apiKey":"k3y-of-nobody-0123456789"}');
    expect(redactor.text(`payload ${holding}`)).toMatch(/^payload \[redacted:encoded#\w+\]$/);
    const harmless = encoded('{"cursor":17,"order":"ascending by time"}');
    expect(redactor.text(`payload ${harmless}`)).toBe(`payload ${harmless}`);
  });
});

describe('A line of a text log', () => {
  it('cannot be forged, coloured or erased by a value', () => {
    const forged = 'model x\r\n[Nest] LOG paid\u2028\u2029\u0085\u001b[2K\u001b]0;title\u0007\u009b31m\u0000end';
    expect(redactor.line(forged)).toBe('model x [Nest] LOG paid   end');
  });

  it('hides no secret behind an escape sequence', () => {
    expect(redactor.line(`sk-ant-\u001b[0mapi03-${'aB3'.repeat(20)}`)).toMatch(/^\[redacted:token#\w+\]$/);
  });

  it('keeps the frames of a stack trace, and nothing else, on lines of their own', () => {
    const stack = 'Error: no\nFORGED\n    at f (a.js:1:2)\n    at g (b.js:3:4)';
    expect(redactor.line(stack)).toBe('Error: no FORGED\n    at f (a.js:1:2)\n    at g (b.js:3:4)');
  });
});

describe('A secret that is known', () => {
  const known = new KnownSecrets();
  const cleared = new Redactor({ known, patterns: [] });

  it('goes in every form, at every place in base64', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' }).filter((secret) => secret.trim().length >= 8),
        fc.nat({ max: 5 }),
        (secret, before) => {
          known.add(secret);
          const longer = `${'x'.repeat(before)}${secret}yz`;
          const forms = [
            secret,
            JSON.stringify(secret).slice(1, -1),
            JSON.stringify(JSON.stringify({ secret })),
            encodeURIComponent(secret),
            Buffer.from(longer).toString('base64'),
            Buffer.from(longer).toString('base64url'),
          ];
          for (const form of forms) expect(cleared.text(`a ${form} b`)).toMatch(/\[redacted:known#[0-9a-f]{8}\]/);
          expect(cleared.text(`a ${secret} b`)).not.toContain(secret);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('leaves everything else as it is', () => {
    expect(cleared.exact('nothing of the kind')).toBe('nothing of the kind');
    expect(cleared.exact('the one of this call', 'of this call')).toMatch(/^the one \[redacted:known#\w+\]$/);
  });
});
