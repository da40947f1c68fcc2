import type { MessageBody } from '../messages/message-body.js';
import { promptOf } from './prompt.js';

const body = (more: object): MessageBody => ({ model: 'm', max_tokens: 1, messages: [], ...more });

describe('promptOf', () => {
  it('counts text, and three tokens a message', () => {
    const prompt = promptOf(body({ system: 'abcdefgh', messages: [{ role: 'user', content: 'abcd' }] }));
    expect(prompt.tokens).toBe(2 + 1 + 3);
  });

  it('takes a string and a single text block for the same prompt', () => {
    const asString = promptOf(body({ messages: [{ role: 'user', content: 'Hello' }] }));
    const asBlock = promptOf(body({ messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }] }));
    expect(asString).toEqual(asBlock);
  });

  it('orders tools before system before messages', () => {
    const prompt = promptOf(
      body({ messages: [{ role: 'user', content: 'c' }], system: 'b', tools: [{ name: 'a', input_schema: {} }] }),
    );
    expect(prompt.blocks.map(({ text }) => text.split(' ')[0])).toEqual(['tool', 'system', 'user']);
  });

  it('leaves breakpoints out of what a block says', () => {
    const block = { type: 'tool_use', id: 't', name: 'n', input: {} };
    const turn = (content: object): object => ({ messages: [{ role: 'assistant', content: [content] }] });
    const plain = promptOf(body(turn(block)));
    const marked = promptOf(body(turn({ ...block, cache_control: { type: 'ephemeral', ttl: '1h' } })));
    expect(marked.blocks[0]?.text).toBe(plain.blocks[0]?.text);
    expect(marked.tokens).toBe(plain.tokens);
    expect([plain.hasBreakpoints, marked.blocks[0]?.ttl]).toEqual([false, '1h']);
  });

  it('counts an image the same whatever its bytes, inside a tool result too', () => {
    const image = (data: string): object => ({
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data },
    });
    const result = (data: string): object => ({ type: 'tool_result', tool_use_id: 't', content: [image(data)] });
    for (const make of [image, result]) {
      const [small, large] = ['A', 'A'.repeat(40_000)].map((data) =>
        promptOf(body({ messages: [{ role: 'user', content: [make(data)] }] })),
      );
      expect(small?.tokens).toBe(large?.tokens);
      expect(small?.tokens).toBeGreaterThanOrEqual(1_600);
    }
  });

  it('puts a top-level breakpoint on the last block', () => {
    const prompt = promptOf(
      body({ system: 'a', messages: [{ role: 'user', content: 'b' }], cache_control: { type: 'ephemeral' } }),
    );
    expect(prompt.blocks.map(({ ttl }) => ttl)).toEqual([null, '5m']);
  });
});
