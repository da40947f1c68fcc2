import { inspect } from 'node:util';
import fc from 'fast-check';
import { KnownSecrets } from './known-secrets.js';
import { Redactor } from './redactor.js';

const KEY = 'known-key-of-this-test';
const known = new KnownSecrets();
known.add(KEY);
const redactor = new Redactor({ known });

function shown(value: unknown): string {
  return inspect(redactor.value(value), { depth: 20, showHidden: true, maxArrayLength: Infinity });
}

it('finds a secret wherever it hides', () => {
  const cause = new AggregateError([new Error(KEY), { deep: [KEY] }], `all with ${KEY}`);
  const error = Object.assign(new TypeError(`failed with ${KEY}`, { cause }), { headers: new Headers({ x: KEY }) });
  const places: readonly unknown[] = [
    KEY,
    [KEY],
    { nested: { list: [{ KEY }] } },
    { [KEY]: 1 },
    error,
    new Map([[KEY, { value: KEY }]]),
    new Set([KEY]),
    new URL(`https://host.example/${KEY}`),
    new URLSearchParams({ q: KEY }),
    new RegExp(KEY),
    Symbol(KEY),
    Buffer.from(KEY),
    new TextEncoder().encode(KEY).buffer,
    { toJSON: () => ({ key: KEY }) },
    Object.assign(Object.create({ inherited: KEY }) as object, { own: KEY }),
  ];
  for (const place of places) expect(shown(place)).not.toContain(KEY);
});

it('keeps what an error says, as an error', () => {
  const cause = new Error('the cause');
  const error = Object.assign(new RangeError('too far', { cause }), { code: 'E_FAR', status: 529 });
  const copy = redactor.value(error) as Error & { code: unknown; status: unknown };
  expect(copy).toBeInstanceOf(Error);
  expect(copy).toMatchObject({ name: 'RangeError', message: 'too far', code: 'E_FAR', status: 529 });
  expect(copy.cause).toMatchObject({ message: 'the cause' });
  expect(copy.stack).toBe(error.stack);
});

it('keeps what is no secret', () => {
  const plain = {
    text: 'fine',
    count: 17,
    big: 10n,
    nothing: null,
    none: undefined,
    yes: true,
    at: new Date(0),
    list: [1, [2]],
  };
  expect(redactor.value(plain)).toEqual(plain);
  expect(redactor.value(new Map([['a', new Set([1])]]))).toEqual(new Map([['a', new Set([1])]]));
});

it('takes a value whose name says that it is a secret, whatever it looks like', () => {
  const value = redactor.value({
    password: 'tulip',
    'x-api-key': 'k',
    accessToken: 'open',
    headers: { cookie: 'a' },
    max_tokens: '9',
  });
  expect(value).toMatchObject({ max_tokens: '9' });
  expect(inspect(value)).not.toMatch(/tulip|'k'|open'|'a'/);
  expect(redactor.value({ password: undefined, token: '<token>', secret: 17 })).toEqual({
    password: undefined,
    token: '<token>',
    secret: 17,
  });
});

it('tells bytes by their number only', () => {
  expect(
    redactor.value([Buffer.from('secret'), new Uint16Array(2), new ArrayBuffer(3), new DataView(new ArrayBuffer(4))]),
  ).toEqual(['[Buffer of 6 bytes]', '[Uint16Array of 4 bytes]', '[3 bytes]', '[DataView of 4 bytes]']);
});

it('invokes no getter', () => {
  let invoked = 0;
  const watched = {
    get trap() {
      invoked += 1;
      return KEY;
    },
  };
  const error = Object.defineProperty(new Error('x'), 'message', { get: () => (invoked += 1) });
  // V8 writes the stack when it is first read, and asks for the message then.
  expect(error.stack).toBeDefined();
  invoked = 0;
  expect(redactor.value(watched)).toEqual({ trap: '[Getter]' });
  redactor.value(error);
  expect(invoked).toBe(0);
});

it('names cycles, and shows what is only shared', () => {
  const shared = { a: 1 };
  const loop: Record<string, unknown> = { one: shared, two: shared };
  loop['self'] = loop;
  const error = new Error('x');
  error.cause = error;
  expect(redactor.value(loop)).toEqual({ one: { a: 1 }, two: { a: 1 }, self: '[Circular]' });
  expect((redactor.value(error) as Error).cause).toBe('[Circular]');
});

it('goes eight levels down', () => {
  const nested = Array.from({ length: 12 }).reduce<object>((inner) => ({ inner }), { end: true });
  expect(JSON.stringify(redactor.value(nested)).match(/inner/g)).toHaveLength(9);
  expect(JSON.stringify(redactor.value(nested))).toContain('[Object]');
});

it('names what cannot be read, and goes on', () => {
  const broken = new Proxy({}, { ownKeys: () => assertNever() });
  const throwing = { toJSON: () => assertNever() };
  expect(redactor.value({ broken, throwing, fine: 1 })).toEqual({
    broken: '[Unreadable]',
    throwing: '[Unreadable]',
    fine: 1,
  });
});

function assertNever(): never {
  throw new Error(KEY);
}

it('ends on objects without end', () => {
  const wide = Array.from({ length: 200 }, () => Array.from({ length: 200 }, () => ({ a: {} })));
  expect(shown(wide)).toContain('[Object]');
});

it('takes the number of a card that is no string', () => {
  expect(redactor.value({ card: 4_111_111_111_111_111, at: 1_749_350_043_807 })).toEqual({
    card: expect.stringMatching(/^\[redacted:card#\w+\]$/),
    at: 1_749_350_043_807,
  });
});

const WHOLE = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity } as const;

it('done twice is done once', () => {
  fc.assert(
    fc.property(fc.object({ withMap: true, withSet: true, withDate: true }), (value) => {
      const once = redactor.value(value);
      // As text: to Jest, two dates that are none are not equal.
      expect(inspect(redactor.value(once), WHOLE)).toBe(inspect(once, WHOLE));
    }),
  );
});
