import { InvalidContextError } from '../errors/errors.js';
import { CALL_CONTEXT, callContext, checkContext, EMPTY_CONTEXT, mergeContext } from './context.js';

describe('call context', () => {
  it('lets later sources win, tag by tag, and keeps what they leave out', () => {
    const base = { user: 'a', tags: { feature: 'search', tenant: 'acme' }, priority: 'background' as const };
    expect(mergeContext(base, { user: 'b', tags: { feature: 'chat' }, priority: undefined })).toMatchObject({
      user: 'b',
      tags: { feature: 'chat', tenant: 'acme' },
      priority: 'background',
    });
  });

  it('costs nothing where there is nothing beneath', () => {
    const own = { user: 'a' };
    expect(mergeContext(EMPTY_CONTEXT, own)).toBe(own);
  });

  it('travels under its symbol in the request options', () => {
    expect(callContext({ user: 'u' })).toEqual({ [CALL_CONTEXT]: { user: 'u' } });
  });

  it.each([
    [{ usr: 'a' }, /no field `usr`.*belongs into `tags`/],
    [{ user: 7 }, /`user` .* must be a non-empty string, not a number/],
    [{ user: '' }, /`user` .* not an empty string/],
    [{ tags: { n: 1 } }, /`tags` .* must be an object whose values are strings/],
    [{ priority: 'urgent' }, /`priority` .* must be 'interactive', 'normal' or 'background', not a string/],
    [{ deadlineMs: NaN }, /`deadlineMs` .* not NaN/],
    [{ deadlineMs: 0 }, /`deadlineMs` .* must be a positive number/],
    [{ signal: {} }, /`signal` .* must be an AbortSignal, not an object/],
    [{ constructor: 'x' }, /no field `constructor`/],
    [null, /must be an object, not null/],
  ])('refuses %j', (context, message) => {
    expect(() => checkContext(context as never)).toThrow(InvalidContextError);
    expect(() => checkContext(context as never)).toThrow(message);
  });

  it('never repeats a value it refuses', () => {
    expect(() => checkContext({ priority: 'sk-ant-secret' } as never)).not.toThrow(/secret/);
  });
});
