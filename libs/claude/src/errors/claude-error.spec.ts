import Anthropic, { AnthropicError } from '@anthropic-ai/sdk';
import { isClaudeError } from './claude-error.js';
import { ProtocolError } from './errors.js';
import { CircuitOpenError } from './refusals.js';
import { EVERY_ERROR, TIMEOUT_CAUSE } from './spec-support/every-error.js';

function clientThrowing(error: Error): Anthropic {
  return new Anthropic({
    apiKey: 'test',
    maxRetries: 0,
    middleware: [() => Promise.reject(error)],
  });
}

const PARAMS = { model: 'claude-haiku-5-5', max_tokens: 8, messages: [{ role: 'user' as const, content: 'hi' }] };

describe.each(Object.values(EVERY_ERROR).map((error) => [error.name, error] as const))('%s', (name, error) => {
  it('reaches the caller of the SDK as itself when a middleware throws it', async () => {
    const { messages, models } = clientThrowing(error);
    await expect(messages.create(PARAMS)).rejects.toBe(error);
    await expect(messages.create({ ...PARAMS, stream: true })).rejects.toBe(error);
    await expect(messages.stream(PARAMS).finalMessage()).rejects.toBe(error);
    await expect(models.list()).rejects.toBe(error);
  });

  it('tells its name, code, message and cause', () => {
    expect(error.name).toBe(name);
    expect(error).toBeInstanceOf(AnthropicError);
    expect(isClaudeError(error, error.code)).toBe(true);
    expect(error.cause).toMatchObject({
      name: 'TimeoutError',
      message: 'connect timed out',
      code: 'ETIMEDOUT',
      cause: TIMEOUT_CAUSE,
    });
    expect(error.stack).toContain(error.message.split('\n')[0]);
  });

  it('has a string form that nobody takes for a time-out of a connection', () => {
    expect(String(error) + String(error.cause)).not.toMatch(/timed? ?out/i);
  });
});

describe('ClaudeError', () => {
  it('has a code of its own for every class', () => {
    expect(Object.values(EVERY_ERROR).map(({ code }) => code)).toEqual(Object.keys(EVERY_ERROR));
  });

  it('is recognised across copies of the library, and nothing else is', () => {
    const foreign = { [Symbol.for('nestjs-claude:error')]: true, code: 'protocol_error' };
    expect(isClaudeError(foreign, 'protocol_error')).toBe(true);
    expect(isClaudeError(foreign, 'shutting_down')).toBe(false);
    expect([new Error('x'), null, 'text', { code: 'protocol_error' }].some((error) => isClaudeError(error))).toBe(
      false,
    );
  });

  it('says when to come back where a circuit is open, and who can close one that is isolated', () => {
    expect(new CircuitOpenError({ circuit: 'default', retryAfterMs: 5_000 }).message).toContain('`retryAfterMs`');
    const isolated = new CircuitOpenError({ circuit: 'default/x', isolated: true });
    expect(isolated.message).toContain("controller('default/x').close()");
  });

  it('tells of a cause that is no error only what kind of thing it was', () => {
    const error = new ProtocolError('x', { cause: 'sk-ant-secret' });
    expect(error.cause).toMatchObject({ message: 'a string was thrown instead of an Error' });
  });
});
