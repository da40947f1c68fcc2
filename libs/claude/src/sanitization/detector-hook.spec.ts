import type { DetectorInput, DetectorOptions } from './detector-hook.js';
import { sanitizerOf } from './spec-support/sanitizer-of.js';
import type { SanitizationOptions } from './sanitization.options.js';

const REQUEST = {
  messages: [
    { role: 'user', content: 'a harmless text' },
    { role: 'assistant', content: 'an answer' },
  ],
};

function judged(detector: Omit<DetectorOptions, 'name'>, options: SanitizationOptions = {}) {
  const { sanitizer, clock } = sanitizerOf({ ...options, detectors: [{ name: 'model', ...detector }] });
  return { result: sanitizer.judge(REQUEST, { as: 'request' }), sanitizer, clock };
}

it('judges the texts of its sources, each with its path', async () => {
  const seen: Omit<DetectorInput, 'signal'>[] = [];
  const { result } = judged({
    detect: ({ text, path, source }) => {
      seen.push({ text, path, source });
      return null;
    },
  });
  expect((await result).findings).toEqual([]);
  expect(seen).toEqual([{ text: 'a harmless text', path: 'messages[0].content', source: 'user' }]);
});

it.each([
  ['flag', 'standard', null],
  ['block', 'strict', ['detector:model']],
] as const)('makes a finding, with which is dealt as with any other: %s', async (action, preset, rules) => {
  const { findings, refusal } = await judged({ detect: () => ({ score: 0.9, category: 'override' }) }, { preset })
    .result;
  expect(findings).toEqual([
    expect.objectContaining({ rule: 'detector:model', category: 'override', score: 0.9, action, kind: 'injection' }),
  ]);
  expect(refusal?.rules ?? null).toEqual(rules);
});

it('makes none below the threshold', async () => {
  expect((await judged({ detect: () => ({ score: 0.49 }) }).result).findings).toEqual([]);
});

it('names no place in the text, so the whole of it is taken out where that is the policy', async () => {
  const { value } = await judged({ detect: async () => ({ score: 1 }) }, { sources: { user: { patterns: 'strip' } } })
    .result;
  expect(value.messages[0]?.content).toBe('[removed]');
});

describe.each([
  ['open', null, 'flag'],
  ['closed', ['detector_failed:model'], 'block'],
] as const)('A failure that leaves the request %s', (onFailure, rules, action) => {
  const FAILED = expect.objectContaining({ rule: 'detector_failed:model', kind: 'detector', action });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['gives no verdict', () => ({ score: 7 })],
  ])('%s: it is counted', async (_, detect) => {
    const { result, sanitizer } = judged({ detect, onFailure });
    const { findings, refusal } = await result;
    expect(findings).toEqual([FAILED]);
    expect(refusal?.rules ?? null).toEqual(rules);
    expect(sanitizer.stats().detectors).toEqual({ model: { judged: 1, errors: 1, timeouts: 0 } });
  });

  it('hangs: it is given up after its time, told so, and counted', async () => {
    let signal: AbortSignal | undefined;
    const hangs = (input: DetectorInput): Promise<null> => {
      ({ signal } = input);
      return new Promise(() => undefined);
    };
    const { result, sanitizer, clock } = judged({ detect: hangs, onFailure, timeoutMs: 200 });
    clock.advance(199);
    await new Promise((resolve) => setImmediate(resolve));
    expect(signal?.aborted).toBe(false);
    clock.advance(1);
    const { findings, refusal } = await result;
    expect(findings).toEqual([FAILED]);
    expect(refusal?.rules ?? null).toEqual(rules);
    expect(signal?.aborted).toBe(true);
    expect(sanitizer.stats().detectors).toEqual({ model: { judged: 1, errors: 0, timeouts: 1 } });
  });
});

it('is not what ends a request in shadow mode', async () => {
  const { refusal } = await judged(
    { detect: () => Promise.reject(new Error('no')), onFailure: 'closed' },
    { mode: 'shadow' },
  ).result;
  expect(refusal).toBeNull();
});
