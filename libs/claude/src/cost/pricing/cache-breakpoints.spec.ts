import { cacheWritesOf } from './cache-breakpoints.js';

const minutes = { cache_control: { type: 'ephemeral' } };
const hour = { cache_control: { type: 'ephemeral', ttl: '1h' } };
const said = (...content: unknown[]): object => ({ messages: [{ role: 'user', content }] });
const text = { type: 'text', text: 'x' };
const result = (content: unknown): object => ({ type: 'tool_result', content });

describe('what a request writes to the prompt cache', () => {
  it.each([
    ['no breakpoint', said(text), null],
    ['a text', { messages: [{ role: 'user', content: 'x' }], system: 'cache_control' }, null],
    ['one for the whole request', { ...said(text), ...minutes }, '5m'],
    ['one for the whole request of an hour', { ...said(text), ...hour }, '1h'],
    ['one that is written out', said({ ...text, cache_control: { type: 'ephemeral', ttl: '5m' } }), '5m'],
    ['one in a message', said(text, { ...text, ...minutes }), '5m'],
    ['one of an hour in a message', said(text, { ...text, ...hour }), '1h'],
    ['one of an hour, then one of five minutes', said({ ...text, ...hour }, { ...text, ...minutes }), '1h'],
    ['one of five minutes, then one of an hour', { ...minutes, ...said({ ...text, ...hour }) }, '1h'],
    ['one in the system prompt', { system: [{ ...text, ...hour }] }, '1h'],
    ['one on a tool', { tools: [{ name: 'a' }, { name: 'b', ...minutes }] }, '5m'],
    ['one inside a result of a tool', said(result([text, { ...text, ...hour }])), '1h'],
    ['one that is switched off', said({ ...text, cache_control: null }), null],
    ['no request at all', null, null],
    ['entries that are no blocks', { tools: [null, 5], messages: ['x'], system: 7 }, null],
  ])('is told by %s', (_what, params, expected) => {
    expect(cacheWritesOf(params)).toBe(expected);
  });

  it('is told of content that holds itself', () => {
    const block: { content: unknown[] } = { content: [] };
    block.content.push(block);
    expect(cacheWritesOf(said(block))).toBeNull();
  });
});
