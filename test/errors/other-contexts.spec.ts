import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import {
  CircuitOpenError,
  ClaudeExceptionFilter,
  InputBlockedError,
  refusalException,
  type ClaudeError,
} from 'nestjs-claude';
import { bootClaude, PARAMS } from '../support/claude-harness.js';
import { bootGraphql, bootRpc, bootWebSocket, loadGraphqlFirst, type AppParts } from '../support/contexts.js';
import {
  exceptionEventOf,
  expectFieldRefused,
  FILTERED,
  graphqlErrorOf,
  rpcErrorOf,
  WITH_AND_WITHOUT_FILTER,
} from '../support/guard-harness.js';

const OPEN = new CircuitOpenError({ circuit: 'default', retryAfterMs: 4_200 });
const BLOCKED = new InputBlockedError({ path: 'messages[0].content', rules: ['override'] });
const GLOBAL = { providers: [{ provide: APP_FILTER, useClass: ClaudeExceptionFilter }] };

const OPEN_REPORT = {
  code: 'circuit_open',
  type: 'api_error',
  message: expect.stringContaining('suspended') as string,
  httpStatus: 503,
  retryAfterMs: 4_200,
};

const BLOCKED_REPORT = {
  code: 'input_blocked',
  type: 'invalid_request_error',
  message: expect.stringContaining('messages[0].content') as string,
  httpStatus: 400,
};

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

/** An application whose calls the API limits. */
async function limitedApp(): Promise<AppParts> {
  const { claude, sim } = await bootClaude({ retry: false });
  sim
    .onMessage()
    .failWith({ kind: 'status', status: 429, retryAfter: 17, message: 'as it came', errorCode: 'some_code' });
  return { handler: () => claude.messages.create(PARAMS), ...FILTERED };
}

const LIMITED_REPORT = {
  code: 'some_code',
  type: 'rate_limit_error',
  message: 'as it came',
  httpStatus: 429,
  retryAfterMs: 17_000,
};

describe('ClaudeExceptionFilter in a GraphQL application', () => {
  loadGraphqlFirst();

  it.each<[string, Partial<AppParts>]>([
    ['on the resolver', FILTERED],
    ['for the whole application', GLOBAL],
  ])('ends the field with an error that tells code, status and wait, when bound %s', async (_, parts) => {
    const { ask } = await bootGraphql({ handler: throws(OPEN), ...parts });
    const { data, errors } = await ask();
    expect(data).toEqual({ ask: null });
    expect(errors).toEqual([graphqlErrorOf(OPEN_REPORT)]);
  });

  it('tells of an error of the API in its own words', async () => {
    const { errors } = await (await bootGraphql(await limitedApp())).ask();
    expect(errors).toEqual([graphqlErrorOf(LIMITED_REPORT)]);
  });

  it.each(WITH_AND_WITHOUT_FILTER)('has a guard answered alike, and sets no header, %s', async (_, parts) => {
    const handler = jest.fn();
    await expectFieldRefused(await bootGraphql({ handler, guards: [guardOf(OPEN)], ...parts }), OPEN_REPORT);
    expect(handler).not.toHaveBeenCalled();
  });

  it('leaves every other error as it is', async () => {
    const { errors } = await (await bootGraphql({ handler: throws(new Error('mine')), ...FILTERED })).ask();
    expect(errors?.[0]?.message).toBe('mine');
    expect(errors?.[0]?.extensions ?? {}).not.toHaveProperty('code');
  });
});

describe('ClaudeExceptionFilter on a WebSocket gateway', () => {
  const PROMPT = 'what the user asked';

  it.each([
    [OPEN, OPEN_REPORT],
    [BLOCKED, BLOCKED_REPORT],
  ])('sends an exception event that quotes nothing of the message: $code', async (error, report) => {
    const { ask } = await bootWebSocket({ handler: throws(error), ...FILTERED });
    const answer = await ask({ prompt: PROMPT });
    expect(answer).toEqual(exceptionEventOf(report));
    expect(JSON.stringify(answer)).not.toContain(PROMPT);
  });

  it('tells of an error of the API in its own words', async () => {
    expect(await (await bootWebSocket(await limitedApp())).ask()).toEqual(exceptionEventOf(LIMITED_REPORT));
  });

  it('answers a guard before the handler runs', async () => {
    const handler = jest.fn();
    const { ask } = await bootWebSocket({ handler, guards: [guardOf(OPEN)], ...FILTERED });
    expect(await ask()).toEqual(exceptionEventOf(OPEN_REPORT));
    expect(handler).not.toHaveBeenCalled();
  });

  it('leaves every other error to Nest', async () => {
    const { ask } = await bootWebSocket({ handler: throws(new Error('secret')), ...FILTERED });
    expect(await ask('data')).toEqual({
      event: 'exception',
      data: { status: 'error', message: 'Internal server error', cause: { pattern: 'ask', data: 'data' } },
    });
  });
});

describe('ClaudeExceptionFilter in a microservice', () => {
  it.each<[string, Partial<AppParts>]>([
    ['on the controller', FILTERED],
    ['for the whole application', GLOBAL],
  ])('rejects with code, status and wait, when bound %s', async (_, parts) => {
    const { ask } = await bootRpc({ handler: throws(OPEN), ...parts });
    await expect(ask()).rejects.toEqual(rpcErrorOf(OPEN_REPORT));
  });

  it('leaves out a wait where there is none', async () => {
    const { ask } = await bootRpc({ handler: throws(BLOCKED), ...FILTERED });
    await expect(ask()).rejects.toEqual(rpcErrorOf(BLOCKED_REPORT));
  });

  it('tells of an error of the API in its own words', async () => {
    const { ask } = await bootRpc(await limitedApp());
    await expect(ask()).rejects.toEqual(rpcErrorOf(LIMITED_REPORT));
  });

  it('answers a guard before the handler runs', async () => {
    const handler = jest.fn();
    const { ask } = await bootRpc({ handler, guards: [guardOf(OPEN)], ...FILTERED });
    await expect(ask()).rejects.toEqual(rpcErrorOf(OPEN_REPORT));
    expect(handler).not.toHaveBeenCalled();
  });

  it('leaves every other error to Nest', async () => {
    const { ask } = await bootRpc({ handler: throws(new Error('secret')), ...FILTERED });
    await expect(ask()).rejects.toEqual({ status: 'error', message: 'Internal server error' });
  });
});
