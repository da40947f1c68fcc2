import type Anthropic from '@anthropic-ai/sdk';
import type { Middleware } from '@anthropic-ai/sdk';
import { callContext, type OptimizationStrategy, type OptimizerEvent, type StrategyRequest } from 'nestjs-claude';
import { bootClaude, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { bootWith, LARGE, lastBody, lastOptimization, readAll, SIMPLE, SMALL } from './support.js';

type Params = Anthropic.MessageCreateParamsNonStreaming;

/** Lowers what is not there to lower: any change will do. */
function changing(changes: object, name = 'own'): OptimizationStrategy {
  return { name, propose: () => ({ reason: 'Because.', changes }) };
}

/** A middleware outside of the whole pipeline that changes the body. */
function rewriting(change: (body: Params) => object): Middleware {
  return (request, next) => {
    const body = JSON.parse(request.body as string) as Params;
    return next({ ...request, body: JSON.stringify(change(body)) });
  };
}

function modelsAsked({ sim }: ClaudeHarness): readonly unknown[] {
  return sim.requests.map(({ model }) => model);
}

describe('Cost optimization', () => {
  it('is off unless it is asked for', async () => {
    const app = await bootClaude();
    await app.claude.messages.create(SIMPLE);
    expect(lastBody(app)).toEqual(SIMPLE);
    expect([app.record().optimization, app.optimizer.strategies, app.optimizer.dryRun]).toEqual([null, [], false]);
    expect(await app.optimizer.preview(SIMPLE)).toEqual({ params: SIMPLE, decisions: [] });
  });

  it('changes nothing in a dry run, and tells what it would have saved', async () => {
    const app = await bootWith(['smaller-model'], true);
    await app.claude.messages.create(SIMPLE);
    expect(lastBody(app)).toEqual(SIMPLE);
    const { costNanoUsd, usage } = app.record();
    const { dryRun, savingNanoUsd, decisions } = lastOptimization(app);
    expect(savingNanoUsd).toBe((costNanoUsd ?? NaN) - app.costs.calculateCost(SMALL, usage ?? {}).nanoUsd);
    expect([dryRun, decisions[0]?.changed, app.optimizer.dryRun]).toEqual([true, ['model'], true]);
  });

  it('leaves a call alone that says so, and all of a view', async () => {
    const app = await bootWith(['smaller-model']);
    await app.claude.messages.create(SIMPLE, callContext({ optimize: false }));
    const view = app.claude.with({ optimize: false });
    await view.messages.create(SIMPLE);
    await view.messages.create(SIMPLE, callContext({ optimize: true }));
    expect(modelsAsked(app)).toEqual([LARGE, LARGE, SMALL]);
    expect(() => callContext({ optimize: 'no' as never })).toThrow(
      '`optimize` of a call context must be true or false',
    );
  });

  it('serves streams and beta calls alike, and touches nothing but messages', async () => {
    const app = await bootWith(['smaller-model']);
    await readAll(app, SIMPLE);
    await app.claude.beta.messages.create(SIMPLE);
    await app.claude.messages.countTokens({ model: LARGE, messages: SIMPLE.messages });
    expect(modelsAsked(app)).toEqual([SMALL, SMALL, LARGE]);
    expect(app.records.map(({ optimization }) => optimization !== null)).toEqual([true, true, false]);
  });

  it('sends a request as asked, byte for byte, that the API turned away when it was changed', async () => {
    const app = await bootWith(['smaller-model']);
    app.sim.onMessage({ model: SMALL }).failWith(404);
    await app.claude.messages.create(SIMPLE);
    await readAll(app, SIMPLE);
    expect(modelsAsked(app)).toEqual([SMALL, LARGE, SMALL, LARGE]);
    expect(lastBody(app)).toEqual({ ...SIMPLE, stream: true });
    for (const { outcome, optimization, attempts } of app.records) {
      expect([outcome.kind, attempts.length]).toEqual(['succeeded', 2]);
      expect(optimization).toMatchObject({ reversal: 'rejected', savingNanoUsd: 0, wastedNanoUsd: 0 });
    }
    expect(app.optimizer.summary()).toMatchObject({ calls: 2, rejected: 2, savingNanoUsd: 0 });
  });

  it('fails as the call would have failed without it', async () => {
    const app = await bootWith(['smaller-model']);
    app.sim.onMessage().failWith(400);
    const error = await rejection(app.claude.messages.create(SIMPLE));
    expect(error).toMatchObject({ status: 400 });
    expect(modelsAsked(app)).toEqual([SMALL, LARGE]);
    expect(app.record()).toMatchObject({ outcome: { kind: 'failed' }, optimization: { savingNanoUsd: null } });
  });

  it('does not repeat what fails for another reason', async () => {
    const app = await bootWith(['smaller-model'], false, { retry: false });
    app.sim.onMessage().failWith(529);
    await rejection(app.claude.messages.create(SIMPLE));
    expect(modelsAsked(app)).toEqual([SMALL]);
  });

  it('keeps what a middleware of the user put into the body', async () => {
    const middleware = [rewriting((body) => ({ ...body, metadata: { user_id: 'u1' } }))];
    const app = await bootWith(['smaller-model'], false, { middleware });
    await app.claude.messages.create(SIMPLE);
    expect(lastBody(app)).toEqual({ ...SIMPLE, model: SMALL, metadata: { user_id: 'u1' } });
  });

  it('leaves a request alone where a middleware changed the very field', async () => {
    const redact = [rewriting((body) => ({ ...body, messages: [{ role: 'user', content: '[redacted]' }] }))];
    const app = await bootWith([changing({ messages: [{ role: 'user', content: 'again' }] })], false, {
      middleware: redact,
    });
    await app.claude.messages.create(SIMPLE);
    expect(lastBody(app).messages).toEqual([{ role: 'user', content: '[redacted]' }]);
    expect(app.record().optimization).toBeNull();
  });
});

describe('A strategy of one’s own', () => {
  it('sees what those before it changed, and is told of in the record', async () => {
    const seen: StrategyRequest[] = [];
    const own: OptimizationStrategy = {
      name: 'own',
      propose: (request) => {
        seen.push(request);
        return { reason: 'Shorter.', changes: { max_tokens: 10, stream: true } as never };
      },
    };
    const app = await bootWith(['smaller-model', own]);
    await app.claude.messages.create(SIMPLE, callContext({ user: 'u1' }));
    expect(seen[0]).toMatchObject({
      model: SMALL,
      params: { ...SIMPLE, model: SMALL },
      stream: false,
      context: { user: 'u1' },
    });
    expect(seen[0]?.inputTokens).toBeGreaterThan(5);
    expect(app.sim.requests[0]?.body).toEqual({ ...SIMPLE, model: SMALL, max_tokens: 10 });
    expect(lastOptimization(app).decisions.map(({ strategy, changed }) => [strategy, changed])).toEqual([
      ['smaller-model', ['model']],
      ['own', ['max_tokens']],
    ]);
    expect(app.optimizer.strategies).toEqual(['smaller-model', 'own']);
  });

  it('has proposed nothing where it fails, and an event tells', async () => {
    const events: OptimizerEvent[] = [];
    const broken = new Error('broken');
    const fails = (): never => {
      throw broken;
    };
    const app = await bootWith([
      { name: 'throws', propose: fails },
      { name: 'rejects', propose: () => Promise.reject(broken) },
      { name: 'talks nonsense', propose: () => ({}) as never },
      { name: 'cannot learn', propose: () => undefined as never, learn: fails },
      changing({ model: LARGE }, 'changes nothing'),
    ]);
    app.optimizer.events.subscribe((event) => events.push(event));
    await app.claude.messages.create(SIMPLE);
    expect(lastBody(app)).toEqual(SIMPLE);
    expect(app.record().optimization).toBeNull();
    expect(events.map(({ strategy }) => strategy)).toEqual(['throws', 'rejects', 'talks nonsense', 'cannot learn']);
    expect(events[0]).toEqual({ type: 'strategy-failed', strategy: 'throws', error: broken });
  });

  it('holds a call up no longer than its deadline, nor than its caller waits', async () => {
    const app = await bootWith([{ name: 'hangs', propose: () => new Promise(() => undefined) }]);
    const late = await rejection(app.claude.with({ deadlineMs: 30 }).messages.create(SIMPLE));
    expect(late).toMatchObject({ code: 'deadline_exceeded' });
    const left = await rejection(app.claude.messages.create(SIMPLE, { signal: AbortSignal.timeout(30) }));
    expect(left.name).toBe('APIUserAbortError');
    expect(app.record().outcome).toEqual({ kind: 'abandoned', at: 'before-answer' });
    expect([app.sim.requests.length, app.clock.held]).toEqual([0, 0]);
  });

  it('changes nothing in the params of the caller', async () => {
    const params = Object.freeze({ ...SIMPLE, messages: Object.freeze([...SIMPLE.messages]) as never });
    const app = await bootWith(['smaller-model', changing({ max_tokens: 20 })]);
    const { params: wanted, decisions } = await app.optimizer.preview(params);
    expect(wanted).toEqual({ ...SIMPLE, model: SMALL, max_tokens: 20 });
    expect(decisions.map(({ strategy }) => strategy)).toEqual(['smaller-model', 'own']);
    expect(app.sim.requests).toEqual([]);
    await expect(app.optimizer.preview({})).rejects.toThrow('`model`');
  });
});
