import { errorOf, HELLO, send, startSimulator } from '../spec-support/harness.js';
import type { AnthropicSimulator } from '../simulator.js';

const TOOL = { name: 'look', input_schema: { type: 'object' } };
const USE = { type: 'tool_use', id: 'toolu_1', name: 'look', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'seen' };
const USER = { role: 'user', content: 'Hello' };

let simulator: AnthropicSimulator;
beforeEach(async () => {
  simulator = await startSimulator({
    models: [
      'claude-sonnet-5-5',
      'claude-opus-5-5',
      'claude-sonnet-5',
      'claude-opus-4-5',
      { id: 'tiny', maxInputTokens: 10, maxTokens: 20 },
    ],
  });
});

/** Posts a good body with a change in it; `undefined` leaves a field out. */
function post(change: object): Promise<Response> {
  return send(simulator, '/v1/messages', { body: { ...HELLO, ...change } });
}

const user = (...content: object[]): object => ({ messages: [{ role: 'user', content }] });
const block = (control: object): object => ({ type: 'text', text: 'x', cache_control: control });

describe('a request body', () => {
  it.each<[string, object]>([
    ['model: Field required', { model: undefined }],
    ['model: Input should be a valid string', { model: 5 }],
    ['max_tokens: Field required', { max_tokens: undefined }],
    ['max_tokens: Input should be a valid integer', { max_tokens: '10' }],
    ['max_tokens: Input should be greater than or equal to 1', { max_tokens: 0 }],
    ['max_tokens: 128001 > 128000', { max_tokens: 128_001 }],
    ['messages: Field required', { messages: undefined }],
    ['messages: Input should be a valid list', { messages: 'Hello' }],
    ['messages: at least one message is required', { messages: [] }],
    ['messages.0: Input should be a valid dictionary', { messages: ['Hello'] }],
    ['messages.0.role: Field required', { messages: [{ content: 'Hello' }] }],
    ['messages.0.role: Input should be', { messages: [{ role: 'robot', content: 'Hello' }] }],
    ['messages.0.content: Field required', { messages: [{ role: 'user' }] }],
    ['messages.0.content: Input should be a valid list', { messages: [{ role: 'user', content: 5 }] }],
    ['messages.0: all messages must have non-empty content', { messages: [{ role: 'user', content: '' }] }],
    ['first message must use the "user" role', { messages: [{ role: 'assistant', content: 'Hello' }] }],
    ['messages.0.content.0.type: Field required', user({})],
    ['messages.0.content.0.text: Field required', user({ type: 'text' })],
    ['text content blocks must be non-empty', user({ type: 'text', text: '' })],
    ['system: Input should be a valid list', { system: 5 }],
    ['system.0.text: Field required', { system: [{ type: 'text' }] }],
    ['tools: Input should be a valid list', { tools: {} }],
    ['tools.0.custom.name: Field required', { tools: [{ input_schema: {} }] }],
    ['tools.0.custom.input_schema: Field required', { tools: [{ name: 'look' }] }],
    ['Tool names must be unique', { tools: [TOOL, TOOL] }],
    ['tool_choice may only be specified while providing tools', { tool_choice: { type: 'any' } }],
    ['tool_choice: Input tag', { tools: [TOOL], tool_choice: { type: 'maybe' } }],
    ["Tool 'hear' not found", { tools: [TOOL], tool_choice: { type: 'tool', name: 'hear' } }],
    ['unexpected `tool_use_id` found', user(RESULT)],
    ['ids were found without `tool_result`', { messages: [USER, { role: 'assistant', content: [USE] }, USER] }],
    ['stream: Input should be a valid boolean', { stream: 'yes' }],
    ['stop_sequences: Input should be', { stop_sequences: 'stop' }],
    ['temperature: Input should be between', { temperature: 2 }],
    ["speed: Input should be 'standard' or 'fast'", { speed: 'warp' }],
    ['thinking: Input tag', { thinking: { type: 'deep' } }],
    ['budget_tokens: Field required', { thinking: { type: 'enabled' } }],
    ['greater than or equal to 1024', { thinking: { type: 'enabled', budget_tokens: 100 } }],
    ['`max_tokens` must be greater', { thinking: { type: 'enabled', budget_tokens: 1_024 } }],
    ['Thinking may not be enabled', { thinking: { type: 'adaptive' }, tools: [TOOL], tool_choice: { type: 'any' } }],
    ["cache_control.type: Input should be 'ephemeral'", user(block({ type: 'forever' }))],
    ["cache_control.ttl: Input should be '5m' or '1h'", user(block({ type: 'ephemeral', ttl: '2h' }))],
    ['Found 5', user(...Array.from({ length: 5 }, () => block({ type: 'ephemeral' })))],
    [
      "ttl='1h' cache_control block must not come after",
      user(block({ type: 'ephemeral' }), block({ type: 'ephemeral', ttl: '1h' })),
    ],
    ['thinking cannot be turned off', { model: 'claude-opus-5-5', thinking: { type: 'disabled' } }],
    ['forced tool use is not supported', { model: 'claude-opus-5-5', tools: [TOOL], tool_choice: { type: 'any' } }],
    ['only the default values', { model: 'claude-sonnet-5', temperature: 0.5 }],
    ['inference_geo: this parameter', { model: 'claude-opus-4-5', inference_geo: 'us' }],
    ['max_tokens: 1024 > 20', { model: 'tiny' }],
    [
      'prompt is too long: 43 tokens > 10 maximum',
      { model: 'tiny', max_tokens: 5, messages: [{ role: 'user', content: 'x'.repeat(160) }] },
    ],
  ])('is refused with %p', async (message, change) => {
    const response = await post(change);
    const error = await errorOf(response);
    expect([response.status, error.type]).toEqual([400, 'invalid_request_error']);
    expect(error.message).toContain(message);
  });

  it.each<[string, object]>([
    ['fields of a beta', { context_management: { edits: [] }, mcp_servers: [] }],
    ['block types nobody knows', user({ type: 'hologram', data: 'x' })],
    ['an empty last assistant message', { messages: [USER, { role: 'assistant', content: '' }] }],
    ['a server tool without a schema', { tools: [{ type: 'web_search_20260318', name: 'web_search' }] }],
    ['a system message in between', { messages: [USER, { role: 'system', content: 'Be brief.' }] }],
    [
      'a tool result that answers its tool use',
      { messages: [USER, { role: 'assistant', content: [USE] }, { role: 'user', content: [RESULT] }] },
    ],
    [
      'tool results spread over two user messages',
      { messages: [USER, { role: 'assistant', content: [USE] }, USER, { role: 'user', content: [RESULT] }] },
    ],
    ['null for what may be left out', { system: null, tools: null, thinking: null, stop_sequences: null, speed: null }],
    ['default sampling', { model: 'claude-sonnet-5', temperature: 1 }],
  ])('may hold %s', async (_, change) => {
    expect((await post(change)).status).toBe(200);
  });

  it('for a model nobody knows is answered with a 404', async () => {
    const response = await post({ model: 'claude-3-opus' });
    expect([response.status, await errorOf(response)]).toEqual([
      404,
      { type: 'not_found_error', message: 'model: claude-3-opus' },
    ]);
  });

  it('needs no max_tokens for counting', async () => {
    const response = await send(simulator, '/v1/messages/count_tokens', { body: { ...HELLO, max_tokens: undefined } });
    expect(await response.json()).toEqual({ input_tokens: 6 });
  });

  it('is recorded and not billed when it is refused', async () => {
    await post({ max_tokens: 0 });
    expect(simulator.lastRequest()).toMatchObject({
      status: 400,
      outcome: 'completed',
      billed: null,
      model: HELLO.model,
    });
  });
});
