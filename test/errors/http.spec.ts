import { Agent, get, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { APIError } from '@anthropic-ai/sdk';
import {
  BadGatewayException,
  Logger,
  type CanActivate,
  type ExecutionContext,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import {
  CircuitOpenError,
  ClaudeExceptionFilter,
  DeadlineExceededError,
  InputBlockedError,
  InvalidContextError,
  LimitExceededError,
  refusalException,
  type ClaudeError,
  type StreamInterruptedError,
} from 'nestjs-claude';
import { bootClaude, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { bootHttp, type AppParts, type HttpApp } from '../support/contexts.js';

const OPEN = new CircuitOpenError({ circuit: 'default', retryAfterMs: 4_200 });
const FULL = new LimitExceededError({ scope: 'requests', used: 9, limit: 9, retryAfterMs: 100 });

/** Its message has characters of more than one byte. */
const ABROAD = new InputBlockedError({ path: 'messages[0].世界', rules: ['override'] });

const OF_ANOTHER_BODY = {
  'content-encoding': 'gzip',
  'content-length': '5',
  'content-range': 'bytes 0-4/5',
  etag: '"of another"',
  trailer: 'x-sum',
  'transfer-encoding': 'chunked',
};

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
afterAll(() => agent.destroy());

/** The answer as it came, without anything undone that its headers say of it. */
async function readBare(url: string): Promise<{ readonly headers: IncomingHttpHeaders; readonly text: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/ask`, { agent }, resolve).on('error', reject);
  });
  const chunks = (await response.toArray()) as Buffer[];
  return { headers: response.headers, text: Buffer.concat(chunks).toString() };
}

/** A handler that throws. */
function throws(error: unknown): () => never {
  return () => {
    throw error;
  };
}

/** A guard that turns everybody away. */
function guardOf(error: ClaudeError): CanActivate {
  return {
    canActivate(context: ExecutionContext): boolean {
      throw refusalException(error, context);
    },
  };
}

/** The status of an answer and the headers that tell of an error, once its body is seen to be in the API's shape. */
async function outlineOf(response: Response): Promise<readonly [number, Record<string, string>, string]> {
  const { error, request_id, ...rest } = (await response.json()) as {
    error: { message: string };
    request_id: string;
  };
  expect(rest).toEqual({ type: 'error' });
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(response.headers.get('request-id')).toBe(request_id);
  const told = ['retry-after', 'x-should-retry', 'x-claude-refusal'].flatMap((name): [string, string][] => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return [response.status, Object.fromEntries(told), error.message];
}

describe.each(['Express', 'Fastify'] as const)('ClaudeExceptionFilter on %s', (platform) => {
  const FILTERED = { filters: [ClaudeExceptionFilter] };
  const boot = (parts: AppParts): Promise<HttpApp> => bootHttp(platform, parts);

  it.each<[string, Partial<AppParts>]>([
    ['as an instance', { filters: [new ClaudeExceptionFilter()] }],
    ['as a class', FILTERED],
    ['for the whole application', { providers: [{ provide: APP_FILTER, useClass: ClaudeExceptionFilter }] }],
  ])('answers a refusal when bound %s', async (_, parts) => {
    const app = await boot({ handler: throws(OPEN), ...parts });
    expect(await outlineOf(await app.ask())).toEqual([
      503,
      { 'retry-after': '5', 'x-claude-refusal': 'circuit_open' },
      expect.stringContaining('suspended'),
    ]);
  });

  it('leaves nothing of a body that somebody else had in mind', async () => {
    const app = await boot({
      handler: throws(OPEN),
      guards: [
        {
          canActivate(context) {
            const response = context.switchToHttp().getResponse<{ header(name: string, value: string): void }>();
            for (const name of ['content-length', 'etag']) response.header(name, '5');
            return true;
          },
        },
      ],
      ...FILTERED,
    });
    const answers = [await app.ask(), await app.ask()];
    for (const answer of answers) {
      expect(answer.headers.get('etag')).toBeNull();
      expect((await outlineOf(answer))[0]).toBe(503);
    }
  });

  it.each(['req_é世', 'a\nb', 17])('does not stumble over a request id that no header can hold: %p', async (id) => {
    const error = APIError.generate(
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'x' }, request_id: id },
      undefined,
      new Headers(),
    );
    const app = await boot({ handler: throws(error), ...FILTERED });
    const answer = await app.ask();
    expect([answer.status, answer.headers.get('request-id')]).toEqual([529, expect.stringMatching(/^req_\w+$/)]);
  });

  it('tells a caller not to repeat a stop of spending, which the API itself does not say', async () => {
    const body = {
      type: 'error',
      error: { type: 'rate_limit_error', message: 'x', details: { error_code: 'enforced_spend_limit_reached' } },
    };
    const app = await boot({ handler: throws(APIError.generate(429, body, undefined, new Headers())), ...FILTERED });
    const answer = await app.ask();
    expect([answer.status, answer.headers.get('x-should-retry')]).toEqual([429, 'false']);
  });

  it('says where coming back does not help', async () => {
    const app = await boot({ handler: throws(new DeadlineExceededError(40)), ...FILTERED });
    expect(await outlineOf(await app.ask())).toEqual([
      504,
      { 'x-should-retry': 'false', 'x-claude-refusal': 'deadline_exceeded' },
      'The call did not finish within its deadline.',
    ]);
  });

  it('keeps the headers that others have set', async () => {
    const guard: CanActivate = {
      canActivate(context) {
        context.switchToHttp().getResponse<{ header(name: string, value: string): void }>().header('x-before', 'kept');
        return true;
      },
    };
    const app = await boot({ handler: throws(FULL), guards: [guard], ...FILTERED });
    const response = await app.ask();
    expect([response.status, response.headers.get('x-before'), response.headers.get('retry-after')]).toEqual([
      429,
      'kept',
      '1',
    ]);
  });

  it.each(['the framework', 'Node'])('drops what was said of another body by way of %s', async (way) => {
    type Setter = Record<'setHeader' | 'header', (name: string, value: string) => void>;
    const guard: CanActivate = {
      canActivate(context) {
        const response = context.switchToHttp().getResponse<Setter & { readonly raw?: Setter }>();
        const { raw = response } = response;
        for (const [name, value] of Object.entries(OF_ANOTHER_BODY)) {
          if (way === 'Node') raw.setHeader(name, value);
          else response.header(name, value);
        }
        return true;
      },
    };
    const app = await boot({ handler: throws(ABROAD), guards: [guard], ...FILTERED });
    // One after the other, on the same connection.
    for (let round = 0; round < 3; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- see above
      const { headers, text } = await readBare(app.url);
      expect(JSON.parse(text)).toMatchObject({ error: { message: expect.stringContaining('世') as string } });
      expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
      for (const name of Object.keys(OF_ANOTHER_BODY)) {
        if (name !== 'content-length') expect(headers).not.toHaveProperty(name);
      }
    }
  });

  it('ends an answer that has begun, and adds nothing to it', async () => {
    const guard: CanActivate = {
      canActivate(context) {
        const response = context.switchToHttp().getResponse<ServerResponse & { readonly raw?: ServerResponse }>();
        (response.raw ?? response).writeHead(200, { 'content-type': 'text/plain' }).write('begun');
        return true;
      },
    };
    const app = await boot({ handler: throws(FULL), guards: [guard], ...FILTERED });
    const response = await app.ask();
    expect([response.status, await response.text()]).toEqual([200, 'begun']);
  });

  it('answers what middleware throws', async () => {
    class DoorModule implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(throws(OPEN)).forRoutes('ask');
      }
    }
    const handler = jest.fn();
    const providers = [{ provide: APP_FILTER, useClass: ClaudeExceptionFilter }];
    const app = await boot({ handler, imports: [DoorModule], providers });
    expect((await outlineOf(await app.ask()))[0]).toBe(503);
    expect(handler).not.toHaveBeenCalled();
  });

  it('tells the caller nothing of a defect, and the log everything', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    const app = await boot({ handler: throws(new InvalidContextError('`tags` is no list.')), ...FILTERED });
    const [status, headers, message] = await outlineOf(await app.ask());
    expect([status, headers, message]).toEqual([500, { 'x-should-retry': 'false' }, 'Internal server error']);
    expect(logged).toHaveBeenCalledWith('`tags` is no list.', expect.stringContaining('http.spec'));
    logged.mockRestore();
  });

  it.each([
    ['an HttpException', new BadGatewayException('mine'), 502, 'mine'],
    ['an HttpException that an error of ours led to', new BadGatewayException('mine', { cause: OPEN }), 502, 'mine'],
    ['any other error', new Error('secret'), 500, 'Internal server error'],
  ])('leaves %s to Nest', async (_, error, statusCode, message) => {
    const app = await boot({ handler: throws(error), ...FILTERED });
    const response = await app.ask();
    expect([response.status, await response.json()]).toEqual([
      statusCode,
      expect.objectContaining({ statusCode, message }),
    ]);
    expect(response.headers.get('request-id')).toBeNull();
  });

  it.each<[string, Partial<AppParts>]>([
    ['with the filter', FILTERED],
    ['without the filter', {}],
  ])('has a guard answered alike, %s', async (_, parts) => {
    const handler = jest.fn();
    const app = await boot({ handler, guards: [guardOf(OPEN)], ...parts });
    expect(await outlineOf(await app.ask())).toEqual([
      503,
      { 'retry-after': '5', 'x-claude-refusal': 'circuit_open' },
      expect.stringContaining('suspended'),
    ]);
    expect(handler).not.toHaveBeenCalled();
  });

  describe('and the simulated API', () => {
    let claude: ClaudeHarness;
    let app: HttpApp;

    beforeEach(async () => {
      claude = await bootClaude({ retry: false });
      app = await boot({ handler: () => claude.claude.messages.create(PARAMS), ...FILTERED });
    });

    it.each([400, 401, 402, 413, 429, 500, 529])('passes on an answer of status %i as it came', async (status) => {
      claude.sim.onMessage().failWith({ kind: 'status', status, message: 'as it came', errorCode: 'some_code' });
      const response = await app.ask();
      expect(await response.clone().json()).toMatchObject({ error: { details: { error_code: 'some_code' } } });
      const [told, headers, message] = await outlineOf(response);
      expect([told, message]).toEqual([status, 'as it came']);
      expect(headers).not.toHaveProperty('x-claude-refusal');
    });

    it('passes on when to come back', async () => {
      claude.sim.onMessage().failWith({ kind: 'status', status: 429, retryAfter: 17 });
      expect((await outlineOf(await app.ask())).slice(0, 2)).toEqual([
        429,
        expect.objectContaining({ 'retry-after': '17' }),
      ]);
    });

    it('takes an error event at the start of a stream as the status it stands for', async () => {
      claude.sim.onMessage().failWith({ kind: 'errorEvent', type: 'overloaded_error', afterDeltas: 0 });
      const streaming = await boot({
        handler: () => claude.claude.messages.stream(PARAMS).finalMessage(),
        ...FILTERED,
      });
      expect((await outlineOf(await streaming.ask()))[0]).toBe(529);
    });

    it('says of a stream that broke in the middle nothing of what it had said', async () => {
      claude.sim.onMessage().failWith({ kind: 'truncateStream', afterDeltas: 1 });
      const { messages } = claude.claude;
      const error = await rejection(messages.stream(PARAMS).finalMessage());
      const streaming = await boot({ handler: throws(error), ...FILTERED });
      const response = await streaming.ask();
      const { text } = (error as StreamInterruptedError).partial;
      expect(text).not.toBe('');
      expect(await response.clone().text()).not.toContain(text);
      expect((await outlineOf(response)).slice(0, 2)).toEqual([502, { 'x-should-retry': 'false' }]);
    });

    it('tells of a connection that failed', async () => {
      claude.sim.onMessage().failWith({ kind: 'resetBeforeHeaders' });
      expect(await outlineOf(await app.ask())).toEqual([502, {}, 'The connection to the API failed.']);
    });
  });
});
