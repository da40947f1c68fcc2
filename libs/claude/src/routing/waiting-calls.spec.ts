import type { WatchedWait } from '../admission/wait-watcher.js';
import type { Call } from '../call/call.js';
import type { CallContext } from '../call/context.js';
import { callFor } from '../retry/spec-support/scripted-attempts.js';
import type { LimitView } from './limit-view.js';
import { MovesElsewhere } from './moves-elsewhere.js';
import { TestPool } from './spec-support/test-pool.js';

/** Limits as a test says: how much of one meter is left by domain, how long waits are there, and places by endpoint. */
class Limits implements LimitView {
  readonly left: Record<string, number> = {};
  readonly waitsMs: Record<string, number> = {};
  readonly places: Record<string, number> = {};

  headroom: LimitView['headroom'] = ({ limitDomain }) => (this.left[limitDomain] ?? 0) / 100;
  waitMs: LimitView['waitMs'] = ({ limitDomain }) => this.waitsMs[limitDomain] ?? 0;
  hasPlaces: LimitView['hasPlaces'] = ({ name }, count) => (this.places[name] ?? Infinity) >= count;
  hasRoomFor: LimitView['hasRoomFor'] = ({ limitDomain }, _, [amount = 0]) => (this.left[limitDomain] ?? 0) >= amount;
}

const TWO = [
  { name: 'e1', limitDomain: 'org-1' },
  { name: 'e2', limitDomain: 'org-2' },
];

/** Calls that wait at the first of some endpoints, on a clock that stands still. */
class World {
  readonly limits = new Limits();
  readonly test: TestPool;
  /** Who was called away, and where to. */
  readonly moves: string[] = [];
  #arrivals = 0;

  constructor(endpoints = TWO) {
    this.test = new TestPool({ endpoints, limits: this.limits });
  }

  /** Takes it into the line at the first endpoint. The function returned ends its wait. */
  wait(name: string, amount = 1, context: CallContext = {}, rank = 1): () => void {
    const call = callFor(this.test.clock, { context });
    this.#arrivals += 1;
    return this.waitAgain(call, name, amount, { rank, arrival: this.#arrivals });
  }

  waitAgain(call: Call, name: string, amount: number, turn: { rank: number; arrival: number }): () => void {
    call.endpoint = this.test.pool.endpoints[0];
    let isWaiting = true;
    const { waiting } = this.test.pool;
    const wait: WatchedWait = {
      call,
      turn,
      amounts: [amount],
      callAway: (error) => {
        if (!isWaiting) return false;
        isWaiting = false;
        const to = error instanceof MovesElsewhere ? (error.to?.name ?? 'anywhere') : error.name;
        this.moves.push(`${name} to ${to}`);
        waiting.unwatch(wait);
        return true;
      },
    };
    waiting.watch(wait);
    return () => waiting.unwatch(wait);
  }

  look(afterMs = 100): readonly string[] {
    this.moves.length = 0;
    this.test.clock.advance(afterMs);
    return [...this.moves];
  }
}

describe('Calls that wait', () => {
  it('move in their turn, and no more than there is room for', () => {
    const world = new World();
    world.wait('background', 10, {}, 2);
    world.wait('first', 10);
    world.wait('large', 25);
    world.wait('small', 5);
    world.wait('interactive', 10, {}, 0);
    expect(world.look()).toEqual([]);
    world.limits.left['org-2'] = 30;
    expect(world.look()).toEqual(['interactive to e2', 'first to e2', 'small to e2']);
  });

  it('do not move where places are missing', () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.wait(name);
    Object.assign(world.limits.left, { 'org-2': 100 });
    world.limits.places['e2'] = 2;
    expect(world.look()).toEqual(['a to e2', 'b to e2']);
  });

  it('move for a place within an organization, where its own endpoint has none', () => {
    const world = new World(TWO.map(({ name }) => ({ name, limitDomain: 'org-1' })));
    world.limits.left['org-1'] = 100;
    world.wait('a');
    expect(world.look()).toEqual([]);
    world.limits.places['e1'] = 0;
    expect(world.look()).toEqual(['a to e2']);
  });

  it.each([
    [3_000, 1_400, true],
    [3_000, 1_500, false],
    [1_500, 400, true],
    [1_500, 500, false],
    [Infinity, 25_000, true],
    [Infinity, Infinity, false],
    [0, 0, false],
  ])('for %d ms leave for a wait of %d ms: %s', (ownMs, otherMs, moves) => {
    const world = new World();
    Object.assign(world.limits.waitsMs, { 'org-1': ownMs, 'org-2': otherMs });
    world.wait('a');
    world.wait('b');
    // One at a time, as each makes the other wait longer.
    expect(world.look()).toEqual(moves ? ['a to e2'] : []);
  });

  it('stay for a second where they moved to', () => {
    const world = new World();
    world.limits.left['org-2'] = 100;
    const call = callFor(world.test.clock);
    const turn = { rank: 1, arrival: 1 };
    world.waitAgain(call, 'a', 1, turn);
    expect(world.look()).toEqual(['a to e2']);
    world.waitAgain(call, 'a', 1, turn);
    expect(world.look(900)).toEqual([]);
    expect(world.look(100)).toEqual(['a to e2']);
  });

  it('stay where their context sends them, or where their batch is kept', () => {
    const world = new World();
    world.limits.left['org-2'] = 100;
    world.wait('named', 1, { endpoint: 'e1' });
    const batch = callFor(world.test.clock, { path: '/v1/messages/batches' });
    world.waitAgain(batch, 'batch', 1, { rank: 1, arrival: 9 });
    expect(world.look()).toEqual([]);
    world.test.pool.drain(world.test.pool.endpoints[0]);
    expect(world.moves).toEqual(['named to NoEndpointError', 'batch to NoEndpointError']);
  });

  it('do not go back to where they failed', () => {
    const world = new World();
    world.limits.left['org-2'] = 100;
    const call = callFor(world.test.clock);
    const [, other] = world.test.pool.endpoints;
    if (other === undefined) throw new Error('There are two.');
    call.endpoint = other;
    const meaning = { kind: 'throttled', fault: 'limit-domain', advice: [], countsAgainstCircuit: false } as const;
    world.test.pool.leave(call, { ...meaning, mayHaveRun: false });
    world.waitAgain(call, 'a', 1, { rank: 1, arrival: 1 });
    expect(world.look()).toEqual([]);
  });

  it('are looked at by the thousand: the first in turn each time, and all others in time', () => {
    const world = new World();
    for (let count = 0; count < 5_000; count += 1) world.wait(`${count}`, count === 0 ? 50 : 100);
    world.wait('small', 5);
    world.limits.left['org-2'] = 60;
    // Looked at each time, whoever is looked at beside it.
    expect(world.look()).toEqual(['0 to e2']);
    Object.assign(world.limits.left, { 'org-2': 10 });
    const looks = Array.from({ length: 5 }, () => world.look());
    expect(looks.flat()).toEqual(['small to e2']);
  });

  it('leave an endpoint that is drained all at once, however many', () => {
    const world = new World();
    for (let count = 0; count < 5_000; count += 1) world.wait(`${count}`);
    world.test.pool.drain(world.test.pool.endpoints[0]);
    expect(world.moves).toEqual(Array.from({ length: 5_000 }, (_, count) => `${count} to anywhere`));
  });

  it('leave no timer behind', () => {
    const world = new World();
    const stops = [world.wait('a'), world.wait('b')];
    expect(world.test.clock.pendingTimers).toBe(1);
    for (const stop of stops) stop();
    expect(world.test.clock.pendingTimers).toBe(0);
  });
});
