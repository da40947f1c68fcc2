import fc from 'fast-check';
import { estimateRequestTokens } from './request-tokens.js';

const OLDER = 'claude-haiku-4-5';
const NEWER = 'claude-opus-5-5';
const PROSE = 'It was the best of times, it was the worst of times, it was the age of wisdom. '.repeat(20);

const ask = (content: unknown, rest: object = {}): object => ({ messages: [{ role: 'user', content }], ...rest });
const estimate = (content: unknown, model: string | null = OLDER): number => estimateRequestTokens(ask(content), model);

/** What content costs beside an empty message. */
const costOf = (content: unknown, model?: string): number => estimate(content, model) - estimate([], model);

function png(widthPx: number, heightPx: number, bytes = 64): object {
  const head = Buffer.alloc(bytes);
  head.write('\x89PNG', 'latin1');
  head.writeUInt32BE(widthPx, 16);
  head.writeUInt32BE(heightPx, 20);
  return { type: 'image', source: { type: 'base64', media_type: 'image/png', data: head.toString('base64') } };
}

const pdf = (bytes: number): object => ({
  type: 'document',
  source: { type: 'base64', media_type: 'application/pdf', data: Buffer.alloc(bytes, 65).toString('base64') },
});

describe('the estimate of text', () => {
  it('is above what the API counts for a one-line system prompt and a greeting, not by much', () => {
    const params = ask('Hello, Claude', { system: 'You are a scientist' });
    expect(estimateRequestTokens(params, OLDER)).toBeGreaterThanOrEqual(14);
    expect(estimateRequestTokens(params, OLDER)).toBeLessThan(20);
  });

  it('is a third more for models of the newer tokenizer, and for those it does not know', () => {
    const older = estimate(PROSE, OLDER);
    const newer = estimate(PROSE, NEWER);
    expect(newer / older).toBeGreaterThan(1.25);
    expect(newer / older).toBeLessThan(1.35);
    expect([estimate(PROSE, null), estimate(PROSE, 'my-own-model')]).toEqual([newer, newer]);
  });

  it.each([
    ['claude-3-5-haiku-20241022', 'older'],
    ['claude-opus-4-20250514', 'older'],
    ['claude-sonnet-4-6', 'older'],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'older'],
    ['claude-opus-4-5@20251101', 'older'],
    ['claude-opus-4-7', 'newer'],
    ['anthropic.claude-opus-4-8-v1:0', 'newer'],
    ['claude-sonnet-5', 'newer'],
    ['claude-mythos-preview', 'newer'],
  ])('takes %s for one of the %s', (model, generation) => {
    expect(estimate(PROSE, model)).toBe(estimate(PROSE, generation === 'older' ? OLDER : NEWER));
  });

  it('is the same for a text, a block of it, and several', () => {
    const block = { type: 'text', text: PROSE, cache_control: { type: 'ephemeral', ttl: '1h' } };
    expect(estimate([block])).toBe(estimate(PROSE));
    expect(costOf([block, block])).toBeCloseTo(2 * costOf(PROSE), -1);
    expect(estimateRequestTokens(ask([], { system: [block] }), OLDER)).toBe(
      estimateRequestTokens(ask([], { system: PROSE }), OLDER),
    );
  });
});

describe('the estimate of images', () => {
  it('goes by their pixels', () => {
    expect(costOf([png(750, 100)])).toBe(100);
    expect(costOf([png(750, 100)], NEWER)).toBe(100);
    expect(costOf([png(1, 1)])).toBe(1);
  });

  it('scales large ones down for older models, up to what the largest costs', () => {
    expect(costOf([png(15_680, 750)])).toBe(157);
    expect(costOf([png(8_000, 8_000)])).toBe(1_600);
    expect(costOf([png(1_500, 1_500)], NEWER)).toBe(3_000);
    expect(costOf([png(8_000, 8_000)], NEWER)).toBe(4_800);
  });

  it.each([
    { type: 'url', url: 'https://example.com/a.png' },
    { type: 'file', file_id: 'file_1' },
    { type: 'base64', media_type: 'image/png', data: 'AAAA' },
    null,
  ])('is the most an image can cost where its size is not to be had: %j', (source) => {
    expect(costOf([{ type: 'image', source }])).toBe(1_600);
    expect(costOf([{ type: 'image', source }], NEWER)).toBe(4_800);
  });

  it('never takes base64 for text', () => {
    expect(estimate([png(300, 300, 1_000_000)])).toBe(estimate([png(300, 300)]));
    const unknown = (data: string): object => ({ type: 'hologram', source: { type: 'base64', data } });
    expect(estimate([unknown('A'.repeat(1_000_000))])).toBe(estimate([unknown('')]));
  });
});

describe('the estimate of documents', () => {
  it('takes 100 kB of a PDF for a page', () => {
    expect(costOf([pdf(10)])).toBe(costOf([pdf(90_000)]));
    expect(costOf([pdf(950_000)]) - costOf([pdf(10)])).toBe(9 * 3_000);
  });

  it('takes one it does not see for ten pages', () => {
    const source = { type: 'url', url: 'https://example.com/a.pdf' };
    expect(costOf([{ type: 'document', source }])).toBe(costOf([pdf(950_000)]));
  });

  it('counts the text and the images of others, and what is said about them', () => {
    const plain = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: PROSE } };
    const blocks = { type: 'content', content: [{ type: 'text', text: PROSE }, png(750, 100)] };
    const marks = costOf([{ type: 'document', source: { type: 'text', data: '' } }]);
    expect(costOf([plain])).toBe(costOf(PROSE) + marks);
    expect(costOf([{ type: 'document', source: blocks }])).toBe(costOf(PROSE) + 100 + marks);
    expect(costOf([{ ...plain, title: PROSE, context: PROSE }])).toBeGreaterThan(3 * costOf(PROSE));
  });
});

describe('the estimate of tools', () => {
  const tool = {
    name: 'get_weather',
    description: 'Get the current weather in a given location',
    input_schema: { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] },
  };

  it('is above what the API counts for a small one and a short question, not by half', () => {
    const tokens = estimateRequestTokens(ask('What is the weather like in Paris?', { tools: [tool] }), NEWER);
    expect(tokens).toBeGreaterThanOrEqual(403);
    expect(tokens).toBeLessThan(600);
  });

  it('counts having tools once, and each by its definition', () => {
    const of = (...tools: readonly object[]): number => estimateRequestTokens(ask([], { tools }), OLDER);
    expect(of(tool) - of()).toBeGreaterThan(346);
    expect(of(tool, tool) - of(tool)).toBeCloseTo(of(tool) - of() - 346, -1);
    expect(of({ ...tool, description: PROSE }) - of(tool)).toBeGreaterThan(0.9 * costOf(PROSE));
  });

  it('counts a flat sum for what defines its tools elsewhere', () => {
    const builtIn = { type: 'bash_20250124', name: 'bash' };
    const of = (rest: object): number => estimateRequestTokens(ask([], rest), OLDER);
    expect(of({ tools: [builtIn] })).toBeGreaterThan(of({ tools: [{ ...builtIn, type: 'custom' }] }) + 390);
    expect(of({ mcp_servers: [{ type: 'url', url: 'https://example.com' }] }) - of({})).toBe(1_000);
  });

  it('counts no tool that is deferred', () => {
    const deferred = { ...tool, defer_loading: true };
    expect(estimateRequestTokens(ask('Hi', { tools: [deferred, deferred] }), OLDER)).toBe(estimate('Hi'));
  });

  it.each([
    ['the arguments of a call', { type: 'tool_use', id: 'toolu_1', name: 't', input: { data: PROSE, type: 'base64' } }],
    ['a text result', { type: 'tool_result', tool_use_id: 'toolu_1', content: PROSE }],
    ['a result of blocks', { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: PROSE }] }],
    ['a search result', { type: 'search_result', source: 's', title: 't', content: [{ type: 'text', text: PROSE }] }],
    ['thinking', { type: 'thinking', thinking: PROSE, signature: 'A'.repeat(50_000) }],
    [
      'a result of code',
      { type: 'code_execution_tool_result', content: { type: 'code_execution_result', stdout: PROSE } },
    ],
    ['a compaction', { type: 'compaction', content: PROSE }],
    ['blocks to come', { type: 'essay', chapters: [{ type: 'chapter', words: PROSE }] }],
  ])('counts %s', (_, block) => {
    expect(costOf([block])).toBeGreaterThanOrEqual(costOf(PROSE));
    expect(costOf([block])).toBeLessThan(costOf(PROSE) + 60);
  });

  it('counts images in results', () => {
    expect(costOf([{ type: 'tool_result', content: [png(750, 1_000)] }])).toBeGreaterThanOrEqual(1_000);
  });

  it.each([
    ['redacted thinking', { type: 'redacted_thinking', data: 'A'.repeat(16_000) }],
    ['a found page', { type: 'web_search_result', title: '', url: '', encrypted_content: 'A'.repeat(16_000) }],
  ])('counts %s by what its encrypted text can hold', (_, block) => {
    expect(costOf([block])).toBe(3_008);
  });

  it('counts the schema an answer must follow', () => {
    const schema = { type: 'object', description: PROSE };
    for (const rest of [{ output_config: { format: { schema } } }, { output_format: { schema } }]) {
      expect(estimateRequestTokens(ask('Hi', rest), OLDER)).toBeGreaterThan(estimate(PROSE));
    }
  });
});

describe('estimateRequestTokens', () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  const type = fc.constantFrom('text', 'image', 'document', 'tool_use', 'tool_result', 'redacted_thinking', 'new');
  const block = fc.record(
    {
      type: fc.oneof(type, anything),
      text: anything,
      source: anything,
      content: anything,
      input: anything,
      data: anything,
    },
    { requiredKeys: [] },
  );

  it.each([undefined, null, 7, 'text', [], {}])('is 0 for %p', (params) => {
    expect(estimateRequestTokens(params, OLDER)).toBe(0);
  });

  it('is a whole number of at least 0 for whatever it is given', () => {
    const messages = fc.oneof(anything, fc.array(fc.record({ content: fc.oneof(anything, fc.array(block)) })));
    const params = fc.oneof(
      anything,
      fc.record({ messages, system: anything, tools: anything, mcp_servers: anything }),
    );
    fc.assert(
      fc.property(params, fc.oneof(fc.string(), fc.constantFrom(OLDER, NEWER, null)), (any, model) => {
        const tokens = estimateRequestTokens(any, model);
        expect(Number.isSafeInteger(tokens) && tokens >= 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('never falls when something is added', () => {
    fc.assert(
      fc.property(fc.array(block), block, (blocks, another) => {
        expect(estimate([...blocks, another])).toBeGreaterThanOrEqual(estimate(blocks));
      }),
    );
  });

  it('ends on cycles, on any depth, and on lists that hold themselves twice', () => {
    const cycle: Record<string, unknown> = { type: 'tool_result' };
    cycle['content'] = [cycle, cycle];
    cycle['input'] = cycle;
    let deep: unknown = 'x';
    for (let i = 0; i < 100_000; i += 1) deep = { type: 'tool_result', content: [deep], input: { deep } };
    let wide: unknown = ['x'];
    for (let i = 0; i < 60; i += 1) wide = [wide, wide];
    const before = performance.now();
    for (const content of [[cycle], [deep], wide]) expect(Number.isFinite(estimate(content))).toBe(true);
    expect(estimateRequestTokens({ tools: [cycle, deep, wide] }, OLDER)).toBeGreaterThan(0);
    expect(performance.now() - before).toBeLessThan(15_000);
  });

  it('ends on a list that says it is endless', () => {
    const sparse: unknown[] = [];
    sparse.length = 2 ** 32 - 1;
    expect(estimate(sparse)).toBe(estimate([]));
  });

  it('takes no notice of bytes', () => {
    const holding = (bytes: Uint8Array): object => ({ type: 'new', bytes });
    expect(estimate([holding(new Uint8Array(50_000_000))])).toBe(estimate([holding(new Uint8Array())]));
  });

  it('is 0 where the request cannot be read', () => {
    const params = {
      get messages(): never {
        throw new Error('not now');
      },
    };
    expect(estimateRequestTokens(params, OLDER)).toBe(0);
  });

  it('leaves the request as it is', () => {
    const params = ask([png(10, 10), pdf(10), { type: 'tool_use', input: { a: 1 } }], { tools: [{ name: 't' }] });
    const before = structuredClone(params);
    estimateRequestTokens(params, NEWER);
    expect(params).toEqual(before);
  });
});
