import type { EndpointOptions } from 'nestjs-claude';
import { PARAMS, rejection } from '../support/claude-harness.js';
import {
  askJson,
  bootLimits,
  expectNothingHeld,
  HeldAnswers,
  untilQueued,
  WAYS,
  type LimitHarness,
} from '../support/limit-harness.js';
import { KEYS, perKey, THREE } from './support.js';

/** Two organizations. */
const TWO = THREE.slice(0, 2);

const AMPLE = { requestsPerMinute: 60_000, tokensPerMinute: 10_000_000 };

/** One a second in each organization, and one at once. */
const SCARCE = { requestsPerMinute: 60, tokensPerMinute: 10_000_000, burst: { requests: 1 } };

type Limits = NonNullable<Parameters<typeof bootLimits>[0]>;
type Options = Parameters<typeof bootLimits>[1];

let app: LimitHarness;
let held: HeldAnswers;

afterEach(() => expectNothingHeld(app));

/** Calls take turns at two endpoints, and are answered when the test says so. */
async function boot(rateLimit: Limits, options: Options = {}): Promise<void> {
  held = new HeldAnswers();
  app = await bootLimits(
    rateLimit,
    { endpoints: TWO, routing: { strategy: 'round-robin' }, ...options },
    { apiKeys: KEYS },
  );
}

/** An endpoint that has a place of its own, and limits that it shares. */
function inOneOrganization(endpoint: EndpointOptions): EndpointOptions {
  return { ...endpoint, limitDomain: 'org-1', maxConcurrent: 1 };
}

/** How many wait in each organization. */
async function queued(): Promise<Record<string, number>> {
  const { limits } = await app.limiter.snapshot();
  return Object.fromEntries(limits.map((each) => [each.domain, each.queued]));
}

describe('A call that waits', () => {
  it.each(WAYS)('moves as soon as another organization has room, and keeps what it has waited: %s', async (_, ask) => {
    await boot({ ...AMPLE, maxConcurrent: 1 });
    app.sim.onMessage({ apiKey: KEYS[0] }).reply(held.reply);
    const other = new HeldAnswers();
    app.sim.onMessage({ apiKey: KEYS[1] }).reply(other.reply);
    const first = askJson(app.claude);
    await held.untilHeld(1);
    const second = askJson(app.claude);
    await other.untilHeld(1);
    const third = ask(app.claude);
    await untilQueued(app, 1);
    expect(await queued()).toEqual({ 'org-1': 1, 'org-2': 0 });
    app.still.advance(1_000);
    other.letGo();
    await second;
    app.still.advance(100);
    await other.untilHeld(1);
    other.letGo();
    await third;
    expect(app.record().attempts).toMatchObject([{ number: 1, endpoint: 'e2', queuedMs: 1_100, retryDelayMs: null }]);
    held.letGo();
    await first;
    expect(perKey(app.sim.requests)).toEqual([1, 2, 0]);
  });

  it('stays where it is as long as no other could take it sooner', async () => {
    await boot(SCARCE);
    const calls = [1, 2, 3, 4].map(() => askJson(app.claude));
    await untilQueued(app, 2);
    app.still.advance(900);
    expect(await queued()).toEqual({ 'org-1': 1, 'org-2': 1 });
    app.still.advance(100);
    await Promise.all(calls);
    expect(perKey(app.sim.requests)).toEqual([2, 2, 0]);
  });

  it('moves where its wait is much shorter', async () => {
    await boot(SCARCE);
    const calls = [1, 2, 3].map(() => askJson(app.claude));
    await untilQueued(app, 1);
    await app.limiter.pause({ domain: 'org-1' }, 20_000);
    app.still.advance(100);
    await untilQueued(app, 1);
    expect(await queued()).toEqual({ 'org-1': 0, 'org-2': 1 });
    app.still.advance(900);
    await Promise.all(calls);
    expect(perKey(app.sim.requests)).toEqual([1, 2, 0]);
    expect(app.record().attempts).toMatchObject([{ endpoint: 'e2', queuedMs: 1_000 }]);
  });

  it('moves when its circuit opens', async () => {
    await boot(SCARCE);
    const calls = [1, 2, 3].map(() => askJson(app.claude));
    await untilQueued(app, 1);
    app.circuits.controller('e1').isolate();
    app.still.advance(100);
    await untilQueued(app, 1);
    expect(await queued()).toEqual({ 'org-1': 0, 'org-2': 1 });
    app.still.advance(900);
    await Promise.all(calls);
  });

  it('stays when no other is left, and goes through once the circuit closes', async () => {
    await boot(SCARCE);
    const calls = [1, 2, 3].map(() => askJson(app.claude));
    await untilQueued(app, 1);
    for (const name of ['e1', 'e2']) app.circuits.controller(name).isolate();
    app.still.advance(900);
    await untilQueued(app, 1);
    app.circuits.controller('e1').close();
    app.still.advance(100);
    await Promise.all(calls);
    expect(perKey(app.sim.requests)).toEqual([2, 1, 0]);
  });

  it('moves at once when its endpoint is drained, and may wait no longer for that', async () => {
    await boot({ ...AMPLE, maxConcurrent: 1, queue: { maxWaitMs: 5_000 } });
    app.sim.onMessage().reply(held.reply);
    const calls = [askJson(app.claude), askJson(app.claude)];
    await held.untilHeld(2);
    const waiting = rejection(app.claude.messages.create(PARAMS));
    await untilQueued(app, 1);
    app.still.advance(3_000);
    app.endpoints.drain('e1');
    await untilQueued(app, 1);
    expect(await queued()).toEqual({ 'org-1': 0, 'org-2': 1 });
    app.still.advance(1_999);
    await untilQueued(app, 1);
    app.still.advance(1);
    expect(await waiting).toMatchObject({ code: 'limit_exceeded', reason: 'wait-too-long' });
    held.letGo();
    await Promise.all(calls);
  });

  it('is refused when everything is drained', async () => {
    await boot({ ...AMPLE, maxConcurrent: 1 });
    app.sim.onMessage().reply(held.reply);
    const calls = [askJson(app.claude), askJson(app.claude)];
    await held.untilHeld(2);
    const waiting = [rejection(askJson(app.claude)), rejection(askJson(app.claude.with({ endpoint: 'e2' })))];
    await untilQueued(app, 2);
    app.endpoints.drain('e1');
    await untilQueued(app, 2);
    expect(await queued()).toEqual({ 'org-1': 0, 'org-2': 2 });
    app.endpoints.drain('e2');
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'no_endpoint' });
    held.letGo();
    await Promise.all(calls);
    expect(app.clock.held).toBe(0);
  });

  it('moves between keys of one organization for the sake of a place', async () => {
    await boot({ ...AMPLE, concurrency: false }, { endpoints: TWO.map(inOneOrganization) });
    app.sim.onMessage({ apiKey: KEYS[0] }).reply(held.reply);
    const other = new HeldAnswers();
    app.sim.onMessage({ apiKey: KEYS[1] }).reply(other.reply);
    const first = askJson(app.claude);
    await held.untilHeld(1);
    const second = askJson(app.claude);
    await other.untilHeld(1);
    const third = askJson(app.claude);
    await untilQueued(app, 1);
    other.letGo();
    await second;
    app.still.advance(100);
    await other.untilHeld(1);
    other.letGo();
    await third;
    held.letGo();
    await first;
    expect(perKey(app.sim.requests)).toEqual([1, 2, 0]);
  });
});
