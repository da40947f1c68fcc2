import Anthropic, { AnthropicError } from '@anthropic-ai/sdk';
import { estimatedUsage } from '../call/usage.js';
import { isClaudeError, type ClaudeError } from './claude-error.js';
import {
  DeadlineExceededError,
  InvalidContextError,
  InvalidOptionsError,
  KeyUnavailableError,
  ProtocolError,
  ShuttingDownError,
  StreamInterruptedError,
  StreamStalledError,
} from './errors.js';

/** A message and a cause that look as much like a time-out as any can. */
const REMEDY = 'It timed out: raise `timeouts.attemptMs`, `connectTimeoutMs`, `headersTimeoutMs` or the timeout.';
const CAUSE = Object.assign(new Error('connect timed out'), { name: 'TimeoutError', code: 'ETIMEDOUT' });
const PARTIAL = { message: null, text: '', usage: estimatedUsage(1, 0) };

const EVERY_ERROR: readonly ClaudeError[] = [
  new DeadlineExceededError(1_000, { cause: CAUSE, retryAfterMs: 5 }),
  new InvalidContextError(REMEDY, { cause: CAUSE }),
  new InvalidOptionsError(REMEDY, { cause: CAUSE }),
  new KeyUnavailableError(REMEDY, { cause: CAUSE }),
  new ProtocolError(REMEDY, { cause: CAUSE }),
  new ShuttingDownError(REMEDY, { cause: CAUSE }),
  new StreamInterruptedError(REMEDY, PARTIAL, { cause: CAUSE }),
  new StreamStalledError(REMEDY, PARTIAL, { cause: CAUSE }),
];

function clientThrowing(error: Error): Anthropic {
  return new Anthropic({
    apiKey: 'test',
    maxRetries: 0,
    middleware: [() => Promise.reject(error)],
  });
}

const PARAMS = { model: 'claude-haiku-5-5', max_tokens: 8, messages: [{ role: 'user' as const, content: 'hi' }] };

describe.each(EVERY_ERROR.map((error) => [error.name, error] as const))('%s', (name, error) => {
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
      cause: CAUSE,
    });
    expect(error.stack).toContain(error.message.split('\n')[0]);
  });

  it('has a string form that nobody takes for a time-out of a connection', () => {
    expect(String(error) + String(error.cause)).not.toMatch(/timed? ?out/i);
  });
});

describe('ClaudeError', () => {
  it('has a code of its own for every class', () => {
    expect(new Set(EVERY_ERROR.map(({ code }) => code)).size).toBe(EVERY_ERROR.length);
  });

  it('is recognised across copies of the library, and nothing else is', () => {
    const foreign = { [Symbol.for('nestjs-claude:error')]: true, code: 'protocol_error' };
    expect(isClaudeError(foreign, 'protocol_error')).toBe(true);
    expect(isClaudeError(foreign, 'shutting_down')).toBe(false);
    expect([new Error('x'), null, 'text', { code: 'protocol_error' }].some((error) => isClaudeError(error))).toBe(
      false,
    );
  });

  it('tells of a cause that is no error only what kind of thing it was', () => {
    const error = new ProtocolError('x', { cause: 'sk-ant-secret' });
    expect(error.cause).toMatchObject({ message: 'a string was thrown instead of an Error' });
  });
});
