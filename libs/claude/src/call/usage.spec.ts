import { estimatedUsage, normalizeUsage, overlayUsage } from './usage.js';

const START = {
  input_tokens: 100,
  cache_creation_input_tokens: 30,
  cache_read_input_tokens: 7,
  cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
  output_tokens: 1,
  service_tier: 'standard',
  inference_geo: 'us',
  speed: 'fast',
};

describe('normalizeUsage', () => {
  it('splits the counters into disjoint kinds', () => {
    expect(normalizeUsage({ ...START, output_tokens: 50, output_tokens_details: { thinking_tokens: 20 } })).toEqual({
      inputTokens: 100,
      cacheReadTokens: 7,
      cacheWrite5mTokens: 20,
      cacheWrite1hTokens: 10,
      outputTokens: 50,
      thinkingTokens: 20,
      webSearchRequests: 0,
      webFetchRequests: 0,
      serviceTier: 'standard',
      speed: 'fast',
      inferenceGeo: 'us',
      iterations: [],
      hops: [],
      fallbackCredit: null,
      quality: 'complete',
    });
  });

  it('takes cache writes that the split does not explain for five minute ones', () => {
    const usage = normalizeUsage({ ...START, cache_creation_input_tokens: 45 });
    expect(usage).toMatchObject({ cacheWrite5mTokens: 35, cacheWrite1hTokens: 10 });
    expect(normalizeUsage({ cache_creation_input_tokens: 9 })).toMatchObject({ cacheWrite5mTokens: 9 });
  });

  it('reads nulls, missing and nonsensical counters as zero', () => {
    const usage = normalizeUsage({
      input_tokens: null,
      output_tokens: -3,
      cache_creation: null,
      server_tool_use: null,
    });
    expect(usage).toEqual({ ...estimatedUsage(0, 0), quality: 'complete' });
  });

  it('keeps apart only the iterations that the top level leaves out', () => {
    const iterations = [
      { type: 'message', input_tokens: 5, output_tokens: 5 },
      { type: 'compaction', input_tokens: 180_000, output_tokens: 3_500 },
      { type: 'advisor_message', model: 'claude-opus-5-5', input_tokens: 10, output_tokens: 2 },
    ];
    expect(normalizeUsage({ ...START, iterations })?.iterations).toMatchObject([
      { kind: 'compaction', model: null, inputTokens: 180_000, outputTokens: 3_500 },
      { kind: 'advisor_message', model: 'claude-opus-5-5', inputTokens: 10 },
    ]);
  });

  it('tells the models apart where a fallback took over and each is named', () => {
    const refused = { type: 'message', model: 'claude-fable-5-1', input_tokens: 9, output_tokens: 1 };
    const fallback = { type: 'fallback_message', model: 'claude-opus-5-5', input_tokens: 9, output_tokens: 40 };
    const usage = normalizeUsage({
      ...START,
      iterations: [refused, fallback],
      fallback_credit: { status: 'redeemed' },
    });
    expect(usage).toMatchObject({
      iterations: [],
      hops: [
        { kind: 'message', model: 'claude-fable-5-1', inputTokens: 9 },
        { kind: 'fallback_message', model: 'claude-opus-5-5', outputTokens: 40 },
      ],
      fallbackCredit: 'redeemed',
    });
    const unnamed = normalizeUsage({ ...START, iterations: [{ ...refused, model: null }, fallback] });
    expect(unnamed).toMatchObject({ hops: null, fallbackCredit: null });
  });

  it('gives nothing for what is no usage', () => {
    expect([normalizeUsage(undefined), normalizeUsage(null), normalizeUsage(7)]).toEqual([null, null, null]);
  });
});

describe('overlayUsage', () => {
  it('replaces counters that a delta reports and never adds', () => {
    const merged = overlayUsage(overlayUsage(START, { output_tokens: 20 }), { output_tokens: 50, input_tokens: null });
    expect(normalizeUsage(merged)).toMatchObject({
      inputTokens: 100,
      outputTokens: 50,
      cacheReadTokens: 7,
      speed: 'fast',
    });
  });

  it('ends at the same as the answer without a stream', () => {
    const final = { ...START, output_tokens: 50 };
    expect(normalizeUsage(overlayUsage(START, { output_tokens: 50 }))).toEqual(normalizeUsage(final));
  });
});
