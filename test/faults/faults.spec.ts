import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface FaultCase {
  readonly what: string;
  /** Whether a test of this folder proves it. */
  readonly proven: boolean;
  /** Whether one does with limits in force: what is held of them comes back, and those who wait are served in order. */
  readonly limited?: true;
}

/** The fault cases of the project. */
const FAULTS: Readonly<Record<number, FaultCase>> = {
  1: { what: 'connection refused', proven: true },
  2: { what: 'DNS failure, then recovery', proven: true },
  3: { what: 'connect accepts no SYN', proven: true },
  4: { what: 'TLS: expired or wrong-host certificate', proven: true },
  5: { what: 'idle keep-alive socket closed by peer at send', proven: true },
  6: { what: '200 headers, then silence', proven: true },
  7: { what: 'reset in mid-stream after 3 deltas', proven: true },
  8: { what: 'clean end before message_stop', proven: true },
  9: { what: 'reset before any event', proven: true },
  10: { what: 'error event in mid-stream', proven: true },
  11: { what: 'only pings for long', proven: true },
  12: { what: 'one event split over many segments, in the middle of a character', proven: true },
  13: { what: 'unknown event and block types', proven: true },
  14: { what: 'malformed JSON in one event', proven: true },
  15: { what: 'tool input cut off by max_tokens', proven: true },
  16: { what: 'a single event of 10 MB', proven: true },
  17: { what: 'caller aborts before headers', proven: true, limited: true },
  18: { what: 'caller aborts in mid-stream and never awaits', proven: true, limited: true },
  19: { what: 'signal already aborted at the call', proven: true, limited: true },
  20: { what: 'consumer stops iterating', proven: true, limited: true },
  21: { what: 'consumer slower than the upstream', proven: true, limited: true },
  22: { what: '429 with retry-after 2 s', proven: true, limited: true },
  23: { what: '429 with retry-after 1 hour', proven: true, limited: true },
  24: { what: 'retry-after as date, negative, garbage', proven: true, limited: true },
  25: { what: '529 storm', proven: true, limited: true },
  26: { what: 'retry budget exhausted, then healthy', proven: true },
  27: { what: '500 once, then 200 with the same request', proven: true },
  28: { what: '400 and 413', proven: true },
  29: { what: '401 with a rotated key available', proven: true },
  30: { what: '401 without a better key', proven: true },
  31: { what: 'secret manager down at refresh', proven: true },
  32: { what: 'secret manager hangs', proven: true },
  33: { what: 'HTML 502 of a proxy', proven: true },
  34: { what: '200 with an empty or non-JSON body', proven: true },
  35: { what: 'corrupt gzip body', proven: true },
  36: { what: 'ledger store fails at settle', proven: true },
  37: { what: 'ledger store slow at reserve', proven: true },
  38: { what: 'clock jumps by an hour', proven: true, limited: true },
  39: { what: 'shutdown with streams and a queue', proven: true, limited: true },
  40: { what: 'event loop blocked for 3 s', proven: true },
};

/** @param ofFile Which files of this folder are looked at. */
function numbersWithATest(ofFile: RegExp): Set<number> {
  const files = readdirSync(__dirname).filter((name) => ofFile.test(name));
  const sources = files.map((name) => readFileSync(join(__dirname, name), 'utf8')).join('\n');
  return new Set([...sources.matchAll(/^fault\(\s*(\d+),/gm)].map(([, number]) => Number(number)));
}

describe('the table of fault cases', () => {
  it('says of each case truly whether a test proves it', () => {
    const tested = numbersWithATest(/-faults\.spec\.ts$/);
    for (const [number, { proven }] of Object.entries(FAULTS))
      expect([number, proven]).toEqual([number, tested.has(Number(number))]);
    expect([...tested].filter((number) => !(number in FAULTS))).toEqual([]);
  });

  it('says of each case truly whether a test proves it with limits in force', () => {
    const tested = numbersWithATest(/^limit-.*faults\.spec\.ts$/);
    const said = Object.keys(FAULTS)
      .map(Number)
      .filter((number) => FAULTS[number]?.limited);
    expect([...tested].toSorted((a, b) => a - b)).toEqual(said);
  });

  it('has forty cases', () => {
    expect(Object.keys(FAULTS)).toHaveLength(40);
  });
});
