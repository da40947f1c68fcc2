import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface FaultCase {
  readonly what: string;
  /** One test is made with limits in force: what is held of them comes back, and those who wait are served in order. */
  readonly limited?: true;
}

/** The fault cases of the project. */
const FAULTS: Readonly<Record<number, FaultCase>> = {
  1: { what: 'connection refused' },
  2: { what: 'DNS failure, then recovery' },
  3: { what: 'connect accepts no SYN' },
  4: { what: 'TLS: expired or wrong-host certificate' },
  5: { what: 'idle keep-alive socket closed by peer at send' },
  6: { what: '200 headers, then silence' },
  7: { what: 'reset in mid-stream after 3 deltas' },
  8: { what: 'clean end before message_stop' },
  9: { what: 'reset before any event' },
  10: { what: 'error event in mid-stream' },
  11: { what: 'only pings for long' },
  12: { what: 'one event split over many segments, in the middle of a character' },
  13: { what: 'unknown event and block types' },
  14: { what: 'malformed JSON in one event' },
  15: { what: 'tool input cut off by max_tokens' },
  16: { what: 'a single event of 10 MB' },
  17: { what: 'caller aborts before headers', limited: true },
  18: { what: 'caller aborts in mid-stream and never awaits', limited: true },
  19: { what: 'signal already aborted at the call', limited: true },
  20: { what: 'consumer stops iterating', limited: true },
  21: { what: 'consumer slower than the upstream', limited: true },
  22: { what: '429 with retry-after 2 s', limited: true },
  23: { what: '429 with retry-after 1 hour', limited: true },
  24: { what: 'retry-after as date, negative, garbage', limited: true },
  25: { what: '529 storm', limited: true },
  26: { what: 'retry budget exhausted, then healthy' },
  27: { what: '500 once, then 200 with the same request' },
  28: { what: '400 and 413' },
  29: { what: '401 with a rotated key available' },
  30: { what: '401 without a better key' },
  31: { what: 'secret manager down at refresh' },
  32: { what: 'secret manager hangs' },
  33: { what: 'HTML 502 of a proxy' },
  34: { what: '200 with an empty or non-JSON body' },
  35: { what: 'corrupt gzip body' },
  36: { what: 'ledger store fails at settle' },
  37: { what: 'ledger store slow at reserve' },
  38: { what: 'clock jumps by an hour', limited: true },
  39: { what: 'shutdown with streams and a queue', limited: true },
  40: { what: 'event loop blocked for 3 s' },
};

/** What a gateway owes its clients beside. */
const GATEWAY_EXTRAS = ['client disconnect', 'error event after headers', 'worker crash'];

/** @param ofFile Which files of this folder are looked at. */
function sourceOf(ofFile: RegExp): string {
  const files = readdirSync(__dirname).filter((name) => ofFile.test(name));
  return files.map((name) => readFileSync(join(__dirname, name), 'utf8')).join('\n');
}

/** A call at the beginning of a line is one that is made: nothing surrounds it that could keep it from being. */
function numbersWithATest(ofFile: RegExp): number[] {
  const numbers = [...sourceOf(ofFile).matchAll(/^fault\(\s*(\d+),/gm)].map(([, number]) => Number(number));
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

const NUMBERS = Object.keys(FAULTS).map(Number);

describe('the table of fault cases', () => {
  it('has forty cases', () => {
    expect(NUMBERS).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });

  it('has a test of each', () => {
    expect(numbersWithATest(/-faults\.spec\.ts$/)).toEqual(NUMBERS);
  });

  it('has a test with limits in force of each where they matter', () => {
    expect(numbersWithATest(/^limit-.*faults\.spec\.ts$/)).toEqual(NUMBERS.filter((number) => FAULTS[number]?.limited));
  });

  it('has a test of each thing that a gateway owes its clients beside', () => {
    const names = [...sourceOf(/-faults\.spec\.ts$/).matchAll(/^extra\(\s*'([^']+)'/gm)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(GATEWAY_EXTRAS));
  });

  it('is held against tests that are run, every one of them', () => {
    const keptBack = /\b(?:it|test|describe|fault|extra)\s*\.\s*(?:skip|only|todo|failing)\b|\bx(?:it|test|describe)\(/;
    expect(sourceOf(/\.ts$/).match(keptBack)).toBeNull();
  });
});
