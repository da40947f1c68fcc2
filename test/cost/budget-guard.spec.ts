import type { ExecutionContext, HttpException, INestApplicationContext } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import {
  Budgeted,
  BudgetExceededError,
  BudgetGuard,
  BudgetService,
  ClaudeService,
  type BudgetedOptions,
  type BudgetOptions,
  type BudgetRequest,
} from 'nestjs-claude';
import { PARAMS, rejection } from '../support/claude-harness.js';
import { bootGraphql, bootHttp, bootRpc, bootWebSocket, loadGraphqlFirst, type AppParts } from '../support/contexts.js';
import {
  contextWithoutHttp,
  exceptionEventOf,
  expectFieldRefused,
  FILTERED,
  guardedApp,
  rpcErrorOf,
  WITH_AND_WITHOUT_FILTER,
  type Guarded,
} from '../support/guard-harness.js';

/** A dollar a day, of which the cheapest call takes something. */
const DOLLAR: BudgetOptions = { name: 'all', limitUsd: 1, window: 'day' };
const DOLLAR_EACH: BudgetOptions = { ...DOLLAR, name: 'each', scope: { user: '*' } };

const DAY_MS = 86_400_000;

interface GuardedBy {
  readonly budget?: BudgetOptions;
  readonly request?: BudgetedOptions['request'];
  readonly answer?: unknown;
}

/** An application whose handler stands behind the guard and is not worth doing with less than the whole dollar. */
function guarded(parts: Partial<AppParts> = {}, { budget = DOLLAR, request, answer }: GuardedBy = {}): Guarded {
  const decorator = Budgeted({ request: request ?? { leastUsd: 1 } });
  const claude = { retry: false, cost: { budgets: [budget] } } as const;
  return guardedApp(claude, { guards: [BudgetGuard], decorator, ...parts }, answer);
}

/** Makes a call that is paid by the budget. */
async function spend(app: INestApplicationContext, user?: string): Promise<void> {
  await app.get(ClaudeService).with({ user }).messages.create(PARAMS);
  const status = await app.get(BudgetService).list();
  expect(status[0]?.spentUsd).toBeGreaterThan(0);
}

/** Whoever a message says it is from. */
function sender(data: { readonly user: string }): BudgetRequest {
  return { context: { user: data.user }, leastUsd: 1 };
}

const REPORT = {
  code: 'budget_exceeded',
  type: 'billing_error',
  message: 'A budget has too little left for the call, so it was not made.',
  httpStatus: 402,
  retryAfterMs: expect.any(Number) as number,
};

describe.each(['Express', 'Fastify'] as const)('BudgetGuard on %s', (platform) => {
  it.each(WITH_AND_WITHOUT_FILTER)('answers 402, and when the window is over, %s', async (_, more) => {
    const { handler, parts } = guarded(more);
    const { app, ask } = await bootHttp(platform, parts);
    expect((await ask()).status).toBe(200);
    await spend(app);
    const response = await ask();
    expect([response.status, response.headers.get('x-claude-refusal')]).toEqual([402, 'budget_exceeded']);
    const { resetsAtMs } = await app.get(BudgetService).get('all');
    const leftSeconds = ((resetsAtMs ?? Number.NaN) - Date.now()) / 1_000;
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(Math.floor(leftSeconds));
    expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(leftSeconds + 60);
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: REPORT.type, message: REPORT.message },
      request_id: response.headers.get('request-id'),
    });
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('says that coming back does not help where no time brings anything back', async () => {
    const budget: BudgetOptions = { ...DOLLAR, limitUsd: 0, window: { rollingMs: 60_000 } };
    const { handler, parts } = guarded({ decorator: () => undefined }, { budget });
    const { ask } = await bootHttp(platform, parts);
    const response = await ask();
    expect([response.status, response.headers.get('retry-after')]).toEqual([402, null]);
    expect(handler).not.toHaveBeenCalled();
  });

  it('lets everybody through again once the budget is topped up', async () => {
    const { parts } = guarded();
    const { app, ask } = await bootHttp(platform, parts);
    await spend(app);
    expect((await ask()).status).toBe(402);
    await app.get(BudgetService).topUp('all', 1);
    expect((await ask()).status).toBe(200);
  });

  it.each(['soft', 'shadow'] as const)('turns nobody away for a budget that is %s', async (mode) => {
    const { parts } = guarded({}, { budget: { ...DOLLAR, mode } });
    const { app, ask } = await bootHttp(platform, parts);
    await spend(app);
    expect((await ask()).status).toBe(200);
  });
});

describe('BudgetGuard in a GraphQL application', () => {
  loadGraphqlFirst();

  it.each(WITH_AND_WITHOUT_FILTER)(
    'ends the field with code, status and wait, and sets no header, %s',
    async (_, more) => {
      const { handler, parts } = guarded(more);
      const { app, ask } = await bootGraphql(parts);
      expect((await ask()).data).toEqual({ ask: 'done' });
      await spend(app);
      await expectFieldRefused({ app, ask }, REPORT);
      expect(handler).toHaveBeenCalledTimes(1);
    },
  );
});

describe('BudgetGuard on a WebSocket gateway', () => {
  const HANDLED = { event: 'answer', data: 'done' };

  it('sends an exception event with code and wait, and lets others through', async () => {
    const request = (context: ExecutionContext) => sender(context.switchToWs().getData());
    const { handler, parts } = guarded(FILTERED, { budget: DOLLAR_EACH, request, answer: HANDLED });
    const { app, ask } = await bootWebSocket(parts);
    expect(await ask({ user: 'ada' })).toEqual(HANDLED);
    await spend(app, 'ada');
    expect(await ask({ user: 'ada' })).toEqual(exceptionEventOf(REPORT));
    expect(await ask({ user: 'bob' })).toEqual(HANDLED);
    expect(handler).toHaveBeenCalledTimes(2);
  });
});

describe('BudgetGuard in a microservice', () => {
  it('rejects a message with code and wait, and lets others through', async () => {
    const request = (context: ExecutionContext) => sender(context.switchToRpc().getData());
    const { handler, parts } = guarded(FILTERED, { budget: DOLLAR_EACH, request });
    const { app, ask } = await bootRpc(parts);
    await expect(ask({ user: 'ada' })).resolves.toBe('done');
    await spend(app, 'ada');
    await expect(ask({ user: 'ada' })).rejects.toEqual(rpcErrorOf(REPORT));
    await expect(ask({ user: 'bob' })).resolves.toBe('done');
    expect(handler).toHaveBeenCalledTimes(2);
  });
});

describe('BudgetGuard by the shape of its context', () => {
  class Handlers {
    @Budgeted({ request: { leastUsd: 1 } })
    ask(): void {
      // Never called: a guard comes before it.
    }
  }

  /** What the guard throws when less than a dollar is left. */
  async function refusalIn(type: string): Promise<unknown> {
    const { app } = await bootRpc(guarded().parts);
    const guard = new BudgetGuard(app.get(Reflector), app.get(ModuleRef));
    const context = contextWithoutHttp(type, Handlers, Handlers.prototype.ask);
    await expect(guard.canActivate(context)).resolves.toBe(true);
    await spend(app);
    return rejection(guard.canActivate(context));
  }

  /** What was thrown says what is spent, and when to come back. */
  function expectToComeBack(refusal: unknown): void {
    expect(refusal).toBeInstanceOf(BudgetExceededError);
    const { usedUsd, limitUsd, retryAfterMs } = refusal as BudgetExceededError;
    expect([usedUsd > 0, limitUsd]).toEqual([true, 1]);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(DAY_MS);
  }

  it.each(['ws', 'rpc', 'a kind of its own'])(
    'throws the refusal itself in %s, and looks for no HTTP',
    async (type) => {
      expectToComeBack(await refusalIn(type));
    },
  );

  it('throws an exception that stands for it in GraphQL, and looks for no HTTP', async () => {
    const refusal = (await refusalIn('graphql')) as HttpException;
    expect(refusal.getStatus()).toBe(402);
    expectToComeBack(refusal.cause);
  });
});
