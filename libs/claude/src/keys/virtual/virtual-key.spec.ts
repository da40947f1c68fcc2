import { PassThrough } from 'node:stream';
import { EXIT } from '../command/key-command.js';
import { gatewayKeyCommand } from '../command/gateway-key-command.js';
import { createVirtualKey, VirtualKeyRing, type StoredVirtualKey } from './virtual-key.js';

const PEPPER = 'of-the-gateway';

/** A key of the same form that differs in one character. */
function altered(key: string, at: number): string {
  const other = key[at] === 'A' ? 'B' : 'A';
  return key.slice(0, at) + other + key.slice(at + 1);
}

describe('A key of a gateway', () => {
  it.each([null, PEPPER])('is found by what is kept of it, and by nothing else (pepper: %s)', (pepper) => {
    const made = createVirtualKey('team', pepper);
    expect(made.key).toMatch(/^gk-team\.[\w-]{43}$/);
    const { id, hash, key } = made;
    expect(hash).not.toContain(key.slice(8));
    const ring = new VirtualKeyRing([{ id, hash, owner: 'us' }], pepper);
    expect(ring.find(key)).toEqual({ id, hash, owner: 'us' });
    for (const at of [0, 3, 8, 20]) expect(ring.find(altered(key, at))).toBeNull();
    for (const wrong of ['', key.slice(0, -1), `${key}A`, ` ${key}`, hash, `gk-other.${key.slice(8)}`]) {
      expect(ring.find(wrong)).toBeNull();
    }
  });

  it('is another each time, under an id of its own unless one is given', () => {
    const made = Array.from({ length: 100 }, () => createVirtualKey());
    expect(new Set(made.map(({ id }) => id)).size).toBe(100);
    expect(new Set(made.map(({ key }) => key.split('.')[1])).size).toBe(100);
  });

  it('needs the pepper it was made with', () => {
    const { id, hash } = createVirtualKey('team', PEPPER);
    const plain = createVirtualKey('plain');
    expect(new VirtualKeyRing([{ id, hash }], 'another').find(createVirtualKey('team', PEPPER).key)).toBeNull();
    expect(() => new VirtualKeyRing([{ id, hash }])).toThrow('keys[0] was made with a pepper, which is not set.');
    expect(() => new VirtualKeyRing([plain], PEPPER)).toThrow('keys[0] was made without the pepper that is set');
  });

  it.each([
    ['an id with a dot', [{ id: 'a.b', hash: createVirtualKey().hash }], 'keys[0] needs an `id`'],
    ['the key itself for a hash', [{ id: 'a', hash: createVirtualKey('a').key }], 'keys[0] needs a `hash`'],
    ['an id twice', [createVirtualKey('a'), createVirtualKey('a')], 'keys[1] has an id that is taken.'],
  ])('is refused with %s, and not quoted', (_what, entries, message) => {
    const make = (): unknown => new VirtualKeyRing(entries);
    expect(make).toThrow(message);
    expect(make).not.toThrow(entries[0]?.hash);
  });

  it.each(['', 'a b', 'é', 'x'.repeat(65)])('cannot be called %j', (id) => {
    expect(() => createVirtualKey(id)).toThrow('1 to 64 letters, digits');
  });
});

describe('nestjs-claude gateway-key', () => {
  function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): [number, string, string] {
    const [output, errors] = [new PassThrough(), new PassThrough()];
    const code = gatewayKeyCommand(['gateway-key', ...args], { output, errors }, env);
    return [code, String(output.read() ?? ''), String(errors.read() ?? '')];
  }

  it.each([
    ['without a pepper', {}, null],
    ['with the one of the environment', { GATEWAY_KEY_PEPPER: PEPPER }, PEPPER],
  ])('prints a key and what to keep of it %s', (_what, env, pepper) => {
    const [code, out, err] = run(['create', '--id', 'team'], env);
    expect([code, err]).toEqual([EXIT.ok, '']);
    const key = /gk-\S+/.exec(out)?.[0] ?? '';
    const entry = JSON.parse(/\{.*\}/.exec(out)?.[0] ?? '') as { id: string; hash: string };
    expect(new VirtualKeyRing([entry], pepper).find(key)).toEqual(entry);
  });

  it('says how it is used', () => {
    expect(run(['create', '--help'])).toEqual([EXIT.ok, expect.stringContaining('Usage'), '']);
    for (const args of [[], ['drop'], ['create', 'sk-ant-pasted'], ['create', '--nonsense']]) {
      const [code, out, err] = run(args);
      expect([code, out]).toEqual([EXIT.usage, '']);
      expect(err).toContain('Usage');
      expect(err).not.toContain('pasted');
    }
  });

  it('fails with the reason', () => {
    expect(run(['create', '--id', 'a b'])).toEqual([EXIT.failed, '', expect.stringContaining('1 to 64 letters')]);
    expect(run(['create', '--pepper-file', '/no/such/file'])).toEqual([
      EXIT.failed,
      '',
      '--pepper-file cannot be read (ENOENT): correct the path.\n',
    ]);
  });
});

describe('The time it takes to look up a key', () => {
  it.each([null, PEPPER])('is the same for right keys and wrong ones, however alike (pepper: %s)', (pepper) => {
    const made = createVirtualKey('team', pepper);
    const ring = new VirtualKeyRing([{ id: made.id, hash: made.hash }], pepper);
    const start = made.key.length - 43;
    const keys = {
      right: made.key,
      'right but for its last letters': `${made.key.slice(0, -4)}AAAA`,
      'wrong from the beginning': `${made.key.slice(0, start)}AAAA${made.key.slice(start + 4)}`,
      'of nobody': `gk-nope.${made.key.slice(start)}`,
    };
    const medians = timesOf(ring, Object.values(keys)).map(medianOf);
    // Whoever tells them apart tells it by more than a machine's own noise.
    expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.35);
  });
});

/** What it took to look up each key, a hundred times at a time, in alternating rounds so that noise meets all alike. */
function timesOf(ring: VirtualKeyRing<StoredVirtualKey>, keys: readonly string[]): readonly number[][] {
  const times = keys.map((): number[] => []);
  for (let round = 0; round < 210; round += 1) {
    for (const [index, key] of keys.entries()) {
      const began = process.hrtime.bigint();
      for (let count = 0; count < 100; count += 1) ring.find(key);
      // The first rounds warm up.
      if (round >= 10) times[index]?.push(Number(process.hrtime.bigint() - began));
    }
  }
  return times;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
