import type { ExecutionContext, HttpException, INestApplicationContext } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import {
  LimitExceededError,
  RateLimited,
  RateLimiterService,
  RateLimitGuard,
  RequestExceedsLimitError,
  type DimensionSnapshot,
  type RateLimitedOptions,
} from 'nestjs-claude';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { PARAMS, rejection } from '../support/claude-harness.js';
import { bootGraphql, bootRpc, bootWebSocket, loadGraphqlFirst, type AppParts } from '../support/contexts.js';
import {
  contextWithoutHttp,
  exceptionEventOf,
  expectFieldRefused,
  FILTERED,
  graphqlErrorOf,
  guardedApp,
  rpcErrorOf,
  WITH_AND_WITHOUT_FILTER,
  type Guarded,
} from '../support/guard-harness.js';

const { model } = PARAMS;
/** A request every ten seconds and no more at once, so that no slow machine sees the next before its time. */
const LIMITS = { requestsPerMinute: 6, burst: { requests: 1 }, tokensPerMinute: 1_000, safety: 1 };

/** An application whose handler stands behind the guard. */
function guarded(options: Partial<RateLimitedOptions> = {}, parts: Partial<AppParts> = {}, answer?: unknown): Guarded {
  const decorator = RateLimited({ model, maxWaitMs: 0, ...options });
  return guardedApp({ rateLimit: LIMITS }, { guards: [RateLimitGuard], decorator, ...parts }, answer);
}

/** Takes the one request there is for the next ten seconds. */
async function useUp(app: INestApplicationContext): Promise<void> {
  await app.get(RateLimiterService).acquire({ model });
}

/** What is left of the requests. */
async function requestsOf(app: INestApplicationContext): Promise<DimensionSnapshot | undefined> {
  const { limits } = await app.get(RateLimiterService).snapshot();
  return limits[0]?.requests;
}

const REPORT = {
  code: 'limit_exceeded',
  type: 'rate_limit_error',
  message: 'A limit on calls is reached, so the call was not made.',
  httpStatus: 429,
  retryAfterMs: expect.any(Number) as number,
};

const TOO_LARGE = {
  code: 'request_exceeds_limit',
  type: 'request_too_large',
  message: expect.stringContaining('Make the request smaller') as string,
  httpStatus: 413,
};

/** What was thrown says when to come back. */
function expectToComeBack(refusal: unknown): void {
  expect(refusal).toBeInstanceOf(LimitExceededError);
  const { scope, retryAfterMs } = refusal as LimitExceededError;
  expect(scope).toBe('requests per minute of haiku-5-5');
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(retryAfterMs).toBeLessThanOrEqual(10_000);
}

describe('RateLimitGuard in a GraphQL application', () => {
  loadGraphqlFirst();

  it.each(WITH_AND_WITHOUT_FILTER)(
    'ends the field with code, status and wait, and sets no header, %s',
    async (_, more) => {
      const { handler, parts } = guarded({}, more);
      const { app, ask } = await bootGraphql(parts);
      expect((await ask()).data).toEqual({ ask: 'done' });
      expect(await requestsOf(app)).toMatchObject({ level: 1, outstanding: 0 });
      await useUp(app);
      await expectFieldRefused({ app, ask }, REPORT);
      expect(handler).toHaveBeenCalledTimes(1);
      expect(app.get(AnthropicSimulator).requests).toHaveLength(0);
    },
  );

  it('lets through whoever has to wait no longer than it may', async () => {
    const { parts } = guarded({ maxWaitMs: 20_000 });
    const { app, ask } = await bootGraphql(parts);
    await useUp(app);
    expect(await ask()).toMatchObject({ data: { ask: 'done' } });
  });

  it('names no wait to those that no wait would help', async () => {
    const { handler, parts } = guarded({ inputTokens: 5_000 });
    const { errors } = await (await bootGraphql(parts)).ask();
    expect(errors).toEqual([graphqlErrorOf(TOO_LARGE)]);
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('RateLimitGuard on a WebSocket gateway', () => {
  const HANDLED = { event: 'answer', data: 'done' };

  it('sends an exception event with code and wait, and lets others through', async () => {
    const { handler, parts } = guarded({}, FILTERED, HANDLED);
    const { app, ask } = await bootWebSocket(parts);
    expect(await ask()).toEqual(HANDLED);
    expect(await requestsOf(app)).toMatchObject({ level: 1, outstanding: 0 });
    await useUp(app);
    expect(await ask({ prompt: 'what the user asked' })).toEqual(exceptionEventOf(REPORT));
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('asks the limits of the model that the message names', async () => {
    const options = { model: (context: ExecutionContext) => context.switchToWs().getData<{ model: string }>().model };
    const { handler, parts } = guarded(options, FILTERED, HANDLED);
    const { app, ask } = await bootWebSocket(parts);
    await useUp(app);
    expect(await ask({ model })).toEqual(exceptionEventOf(REPORT));
    expect(await ask({ model: 'claude-sonnet-5-5' })).toEqual(HANDLED);
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('tells those that no wait would help what to do instead', async () => {
    const { parts } = guarded({ inputTokens: 5_000 }, FILTERED);
    expect(await (await bootWebSocket(parts)).ask()).toEqual(exceptionEventOf(TOO_LARGE));
  });
});

describe('RateLimitGuard in a microservice', () => {
  it('rejects a message with code and wait, and lets others through', async () => {
    const { handler, parts } = guarded({}, FILTERED);
    const { app, ask } = await bootRpc(parts);
    await expect(ask()).resolves.toBe('done');
    expect(await requestsOf(app)).toMatchObject({ level: 1, outstanding: 0 });
    await useUp(app);
    await expect(ask()).rejects.toEqual(rpcErrorOf(REPORT));
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('asks the limits of the model that the message names', async () => {
    const options = { model: (context: ExecutionContext) => context.switchToRpc().getData<{ model: string }>().model };
    const { handler, parts } = guarded(options, FILTERED);
    const { app, ask } = await bootRpc(parts);
    await useUp(app);
    await expect(ask({ model })).rejects.toEqual(rpcErrorOf(REPORT));
    await expect(ask({ model: 'claude-sonnet-5-5' })).resolves.toBe('done');
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('tells those that no wait would help what to do instead', async () => {
    const { parts } = guarded({ inputTokens: 5_000 }, FILTERED);
    await expect((await bootRpc(parts)).ask()).rejects.toEqual(rpcErrorOf(TOO_LARGE));
  });

  it('turns everybody away while calls are paused, and nobody when they are resumed', async () => {
    const { parts } = guarded({ maxWaitMs: 20_000 }, FILTERED);
    const { app, ask } = await bootRpc(parts);
    const limiter = app.get(RateLimiterService);
    await limiter.pause({ model }, 60_000);
    await expect(ask()).rejects.toMatchObject({ code: 'limit_exceeded', httpStatus: 429 });
    await limiter.resume({ model });
    await expect(ask()).resolves.toBe('done');
  });
});

describe('RateLimitGuard by the shape of its context', () => {
  class Handlers {
    @RateLimited({ model, maxWaitMs: 0 })
    small(): void {
      // Never called: a guard comes before it.
    }

    @RateLimited({ model, inputTokens: 5_000 })
    large(): void {
      // Nor is this.
    }
  }

  const { small, large } = Handlers.prototype;

  /** What the guard throws for either handler when nothing is left. */
  async function refusalsIn(type: string): Promise<readonly unknown[]> {
    const { app } = await bootRpc(guarded().parts);
    const guard = new RateLimitGuard(app.get(Reflector), app.get(ModuleRef));
    const contextOf = (handler: () => void): ExecutionContext => contextWithoutHttp(type, Handlers, handler);
    await expect(guard.canActivate(contextOf(small))).resolves.toBe(true);
    await useUp(app);
    return Promise.all([small, large].map((handler) => rejection(guard.canActivate(contextOf(handler)))));
  }

  it.each(['ws', 'rpc', 'a kind of its own'])(
    'throws the refusal itself in %s, and looks for no HTTP',
    async (type) => {
      const [waits, never] = await refusalsIn(type);
      expectToComeBack(waits);
      expect(never).toBeInstanceOf(RequestExceedsLimitError);
    },
  );

  it('throws an exception that stands for it in GraphQL, and looks for no HTTP', async () => {
    const [waits, never] = (await refusalsIn('graphql')) as HttpException[];
    expect([waits?.getStatus(), never?.getStatus()]).toEqual([429, 413]);
    expectToComeBack(waits?.cause);
    expect(never?.cause).toBeInstanceOf(RequestExceedsLimitError);
  });
});
