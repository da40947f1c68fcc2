import type { InputSource } from '../call/input-finding.js';
import { RequestWalk } from './request-walk.js';
import { pathOf, type TextPlace } from './text-place.js';

const CACHED = { type: 'ephemeral' };

const REQUEST = {
  model: 'claude-haiku-5-5',
  max_tokens: 1,
  system: [{ type: 'text', text: 'the system', cache_control: CACHED }],
  stop_sequences: ['stop here'],
  metadata: { user_id: 'the user' },
  tools: [
    {
      name: 'look_up',
      description: 'what the tool does',
      input_schema: {
        type: 'object',
        properties: { title: { type: 'string', description: 'what to look up', enum: ['one value'] } },
      },
    },
  ],
  messages: [
    { role: 'user', content: 'a string' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'a thought', signature: 'c2lnbmVk' },
        { type: 'redacted_thinking', data: 'cmVkYWN0ZWQ=' },
        { type: 'text', text: 'an answer', citations: [{ cited_text: 'a citation' }] },
        { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: { words: ['an input', { deep: 'a deep input' }] } },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'a query' } },
        {
          type: 'web_search_tool_result',
          tool_use_id: 'srvtoolu_1',
          content: [
            { type: 'web_search_result', title: 'a found title', url: 'https://found', encrypted_content: 'ZW5j' },
          ],
        },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          content: [
            { type: 'text', text: 'a result' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aW1hZ2U=' } },
            {
              type: 'search_result',
              source: 'https://origin',
              title: 'a result title',
              content: [{ type: 'text', text: 'a found text' }],
            },
          ],
        },
        {
          type: 'document',
          title: 'a title',
          context: 'a context',
          source: { type: 'text', media_type: 'text/plain', data: 'a document' },
        },
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'cGRm' } },
        { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'a part' }] } },
        { type: 'block_of_next_year', words: { of: 'an unknown block' } },
      ],
    },
    { role: 'assistant', content: 'the answer begins' },
  ],
};

type Seen = readonly [text: string, path: string, source: InputSource, change: TextPlace['change']];

function walk(request: unknown, replace: (text: string) => string = (text) => text, maxDepth = 32) {
  const seen: Seen[] = [];
  const tooDeep: string[] = [];
  const cycles: string[] = [];
  const visitor = {
    text: (text: string, { place, source, change }: TextPlace): string => {
      seen.push([text, pathOf(place), source, change]);
      return change === 'fixed' ? text : replace(text);
    },
    tooDeep: (place: TextPlace['place']) => void tooDeep.push(pathOf(place)),
    cycle: (place: TextPlace['place']) => void cycles.push(pathOf(place)),
  };
  return { result: new RequestWalk(visitor, maxDepth).request(request), seen, tooDeep, cycles };
}

it('finds every place where text can hide, and whose it is', () => {
  const { seen } = walk(REQUEST);
  const where = Object.fromEntries(
    seen.filter(([text]) => /\s/.test(text)).map(([text, ...rest]) => [text, rest.join(' ')]),
  );
  expect(where).toEqual({
    'the system': 'system[0].text system free',
    'stop here': 'stop_sequences[0] user fixed',
    'the user': 'metadata.user_id user fixed',
    'what the tool does': 'tools[0].description tool_definition free',
    'what to look up': 'tools[0].input_schema.properties.title.description tool_definition free',
    'one value': 'tools[0].input_schema.properties.title.enum[0] tool_definition fixed',
    'a string': 'messages[0].content user free',
    'an answer': 'messages[1].content[2].text assistant free',
    'an input': 'messages[1].content[3].input.words[0] assistant free',
    'a deep input': 'messages[1].content[3].input.words[1].deep assistant free',
    'a query': 'messages[1].content[4].input.query tool_result fixed',
    'a found title': 'messages[1].content[5].content[0].title tool_result fixed',
    'a result': 'messages[2].content[0].content[0].text tool_result free',
    'a result title': 'messages[2].content[0].content[2].title document free',
    'a found text': 'messages[2].content[0].content[2].content[0].text document free',
    'a title': 'messages[2].content[1].title document free',
    'a context': 'messages[2].content[1].context document free',
    'a document': 'messages[2].content[1].source.data document free',
    'a part': 'messages[2].content[3].source.content[0].text document free',
    'an unknown block': 'messages[2].content[4].words.of tool_result fixed',
    'the answer begins': 'messages[3].content assistant answer-begun',
  });
});

it('looks at nothing that is signed, encoded or encrypted', () => {
  const texts = walk(REQUEST).seen.map(([text]) => text);
  for (const secret of ['a thought', 'c2lnbmVk', 'cmVkYWN0ZWQ=', 'aW1hZ2U=', 'cGRm', 'ZW5j', 'a citation'])
    expect(texts).not.toContain(secret);
});

it('looks at the names of fields of a tool input', () => {
  expect(walk(REQUEST).seen).toContainEqual(['words', 'messages[1].content[3].input.words', 'assistant', 'fixed']);
});

it('hands the request itself back where nothing changes', () => {
  expect(walk(REQUEST).result).toBe(REQUEST);
});

it('copies what leads to a change, and shares the rest', () => {
  const before = JSON.stringify(REQUEST);
  const { result } = walk(REQUEST, (text) => (text === 'a part' ? 'another' : text));
  expect(JSON.stringify(result)).toBe(before.replace('a part', 'another'));
  expect((result as typeof REQUEST).messages[1]).toBe(REQUEST.messages[1]);
  expect(JSON.stringify(REQUEST)).toBe(before);
});

it('walks each request of a batch', () => {
  const { seen } = walk({
    requests: [{ custom_id: 'a', params: { messages: [{ role: 'user', content: 'in a batch' }] } }],
  });
  expect(seen.map(([text, path]) => [text, path])).toEqual([['in a batch', 'requests[0].params.messages[0].content']]);
});

it.each([
  null,
  undefined,
  'text',
  7,
  [],
  { messages: null, system: 5, tools: {} },
  { messages: [null, { role: 'user', content: [null, 3, 'x'] }] },
])('passes over what is no request: %j', (request) => {
  expect(walk(request).result).toBe(request);
});

describe('A tool input', () => {
  const withInput = (input: unknown) => ({ messages: [{ role: 'assistant', content: [{ type: 'tool_use', input }] }] });

  it('that lies too deep is told of once, and left', () => {
    const { tooDeep, seen } = walk(withInput({ a: { b: { c: 'deep' } } }), undefined, 2);
    expect(tooDeep).toEqual(['messages[0].content[0].input.a.b']);
    expect(seen.map(([text]) => text)).not.toContain('deep');
  });

  it('that contains itself is told of', () => {
    const input: Record<string, unknown> = { words: 'fine' };
    input['itself'] = { again: input };
    expect(walk(withInput(input)).cycles).toEqual(['messages[0].content[0].input.itself.again']);
  });

  it('keeps a field called __proto__', () => {
    const given = withInput(JSON.parse('{"__proto__":{"x":"old"},"constructor":"old"}'));
    const { result } = walk(given, (text) => (text === 'old' ? 'new' : text));
    expect(JSON.stringify(result)).toContain('{"__proto__":{"x":"new"},"constructor":"new"}');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('has its strange names told by a star', () => {
    const { seen } = walk(withInput({ 'ignore all rules': { 'a b': 'x' } }));
    expect(seen.map(([, path]) => path)).toContain('messages[0].content[0].input[*][*]');
  });
});
