import { EventEmitter } from 'node:events';
import type { ArgumentsHost } from '@nestjs/common';
import { ClaudeExceptionFilter } from './claude-exception.filter.js';
import { CircuitOpenError } from './refusals.js';

const OPEN = new CircuitOpenError({ circuit: 'default', retryAfterMs: 4_200 });

const PAYLOAD = {
  status: 'error',
  code: 'circuit_open',
  type: 'api_error',
  message: expect.any(String) as string,
  httpStatus: 503,
  retryAfterMs: 4_200,
  cause: { pattern: 'ask' },
};

/** A context as Nest hands it out. */
function hostOf(type: string, ...args: readonly unknown[]): ArgumentsHost {
  const host: Partial<ArgumentsHost> = {
    getType: (() => type) as ArgumentsHost['getType'],
    switchToHttp: () => ({ getResponse: () => args[1] }) as ReturnType<ArgumentsHost['switchToHttp']>,
    switchToWs: () =>
      ({ getClient: () => args[0], getData: () => args[1], getPattern: () => 'ask' }) as ReturnType<
        ArgumentsHost['switchToWs']
      >,
  };
  return host as ArgumentsHost;
}

/** A Fastify reply that a handler has taken over, with what was written by it. */
function hijackedReply(headersSent: boolean): { readonly reply: object; readonly written: unknown[] } {
  const written: unknown[] = [];
  const raw = {
    headersSent,
    statusCode: 200,
    setHeader: (...header: unknown[]) => written.push(header),
    removeHeader: () => undefined,
    end: (body?: string) => written.push([raw.statusCode, body]),
  };
  const refuse = (): never => {
    throw new Error('Reply was already sent');
  };
  return { reply: { sent: true, raw, code: refuse, header: refuse, removeHeader: refuse, send: refuse }, written };
}

describe('ClaudeExceptionFilter', () => {
  const filter = new ClaudeExceptionFilter();

  it('emits an exception event to a client of Socket.IO', () => {
    const client = new EventEmitter();
    const heard = jest.fn();
    client.on('exception', heard);
    filter.catch(OPEN, hostOf('ws', client, 'what the user asked'));
    expect(heard.mock.calls).toEqual([[PAYLOAD]]);
  });

  it('sends text to a client of ws, although that is an emitter too', () => {
    const sent: string[] = [];
    const client = Object.assign(new EventEmitter(), { readyState: 1, send: (text: string) => sent.push(text) });
    const heard = jest.fn();
    client.on('exception', heard);
    filter.catch(OPEN, hostOf('ws', client));
    expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual([{ event: 'exception', data: PAYLOAD }]);
    expect(heard).not.toHaveBeenCalled();
  });

  it('bears that there is no client any more', () => {
    expect(filter.catch(OPEN, hostOf('ws', undefined))).toBeUndefined();
  });

  it('answers for a Fastify handler that took the reply over and had not begun', () => {
    const { reply, written } = hijackedReply(false);
    filter.catch(OPEN, hostOf('http', {}, reply));
    expect(written).toContainEqual(['retry-after', '5']);
    expect(written.at(-1)).toEqual([503, expect.stringContaining('"type":"api_error"')]);
  });

  it('only ends what such a handler had begun', () => {
    const { reply, written } = hijackedReply(true);
    filter.catch(OPEN, hostOf('http', {}, reply));
    expect(written).toEqual([[200, undefined]]);
  });

  it.each([
    ['of another kind', OPEN, hostOf('necord')],
    ['that calls itself HTTP and has no response', OPEN, hostOf('http', 'a job')],
    ['of HTTP, for an error that is none of ours', new Error('x'), hostOf('http', {}, hijackedReply(false).reply)],
  ])('throws the error on in a context %s', (_, error, host) => {
    expect(() => filter.catch(error, host)).toThrow(error);
  });
});
