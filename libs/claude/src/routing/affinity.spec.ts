import { affinityOf } from './affinity.js';

const CACHED = { cache_control: { type: 'ephemeral' } };
const MODEL = 'claude-haiku-5-5';

function text(words: string, more: object = {}): object {
  return { type: 'text', text: words, ...more };
}

function request(first: unknown, later: unknown[] = [], more: object = {}): object {
  return { ...CACHED, system: 'Be brief.', messages: [{ role: 'user', content: first }, ...later], ...more };
}

function of(params: unknown, conversation?: string): string | null {
  return affinityOf(MODEL, params, conversation === undefined ? {} : { conversation });
}

describe('affinityOf', () => {
  it('keeps all turns of a conversation together', () => {
    const turns = [
      request('Hello'),
      request('Hello', [
        { role: 'assistant', content: 'Hi' },
        { role: 'user', content: 'And?' },
      ]),
    ];
    expect(of(turns[1])).toBe(of(turns[0]));
    expect(of(request('Hello!'))).not.toBe(of(turns[0]));
  });

  it('keeps questions about one document together', () => {
    const ask = (question: string, document = 'A long document.'): object =>
      request([text(document, CACHED), text(question)]);
    expect(of(ask('Who?'))).toBe(of(ask('When?')));
    expect(of(ask('Who?', 'Another document.'))).not.toBe(of(ask('Who?')));
  });

  it('tells models, system prompts and tools apart', () => {
    const other = [request('Hello', [], { system: 'Be long.' }), request('Hello', [], { tools: [{ name: 'search' }] })];
    const all = [
      ...other.map((params) => of(params)),
      of(request('Hello')),
      affinityOf('claude-opus-5-5', request('Hello'), {}),
    ];
    expect(new Set(all).size).toBe(4);
  });

  it('goes by the conversation where it is named, whatever is said in it', () => {
    expect(of(request('Hello'), 'c1')).toBe(of({ messages: [] }, 'c1'));
    expect(of(request('Hello'), 'c1')).not.toBe(of(request('Hello'), 'c2'));
  });

  it.each([null, undefined, 'text', {}, { messages: 'none' }, { messages: [{ role: 'user', content: 'Hello' }] }])(
    'has nothing to keep together in %j',
    (params) => {
      expect(of(params)).toBeNull();
    },
  );

  it('finds breakpoints wherever the API takes them', () => {
    const plain = { messages: [{ role: 'user', content: 'Hello' }] };
    expect(of({ ...plain, system: [text('Be brief.', CACHED)] })).not.toBeNull();
    expect(of({ ...plain, tools: [{ name: 'search', ...CACHED }] })).not.toBeNull();
    expect(of({ messages: [...plain.messages, { role: 'user', content: [text('Later', CACHED)] }] })).not.toBeNull();
  });

  it('is short, quick for long texts, and has no word of them', () => {
    const affinity = of(request('secret '.repeat(1_000_000)));
    expect(affinity).toMatch(/^[a-z0-9-]{1,20}$/);
  });
});
