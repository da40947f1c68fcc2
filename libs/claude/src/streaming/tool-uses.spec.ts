import { toolUses, type MessageLike } from './tool-uses.js';

const FIRST = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } };
const LAST = { type: 'tool_use', id: 'toolu_2', name: 'delete', input: { path: '/' } };

function message(stop_reason: string | null, content: MessageLike['content'] = [FIRST, LAST]): MessageLike {
  return { stop_reason, content };
}

describe('toolUses', () => {
  it('has every tool complete where the model stopped of its own accord', () => {
    expect(toolUses(message('tool_use'))).toEqual([
      { status: 'complete', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } },
      { status: 'complete', id: 'toolu_2', name: 'delete', input: { path: '/' } },
    ]);
  });

  it.each(['max_tokens', 'model_context_window_exceeded', 'refusal', 'a_reason_of_tomorrow', null])(
    'has the last one incomplete, without an input, where the answer stopped with %s',
    (stopReason) => {
      expect(toolUses(message(stopReason))).toMatchObject([
        { status: 'complete', id: 'toolu_1' },
        { status: 'incomplete', id: 'toolu_2', name: 'delete', stopReason },
      ]);
      expect(toolUses(message(stopReason))[1]).not.toHaveProperty('input');
    },
  );

  it('has the tools complete that stand before a block that was cut off', () => {
    expect(toolUses(message('max_tokens', [FIRST, { type: 'text' }]))).toMatchObject([{ status: 'complete' }]);
  });
});
