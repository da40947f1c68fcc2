import { config } from 'rxjs';
import { ManualClock } from '../testing/clock/manual-clock.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { CircuitEvent } from './circuit.events.js';
import { CIRCUIT_DEFAULTS } from './circuit.options.js';
import { CircuitRegistry } from './circuit.registry.js';

const clock = new ManualClock();

function registryOf(maxCircuits?: number): CircuitRegistry {
  return new CircuitRegistry(CIRCUIT_DEFAULTS, clock, () => 0.5, maxCircuits);
}

function call(circuit: CircuitBreaker, result: 'success' | 'failure' = 'success', count = 1): void {
  for (let i = 0; i < count; i++) circuit.tryAcquire(1_000)?.result(result);
}

const namesOf = (registry: CircuitRegistry): string[] => registry.snapshot().map(({ circuit }) => circuit);

describe('the registry of circuits', () => {
  it('makes one circuit for each endpoint, each model there, and each piece of own work', () => {
    const registry = registryOf();
    expect(registry.rollUp('default')).toBe(registry.rollUp('default'));
    expect(registry.pair('default', 'a')).toBe(registry.pair('default', 'a'));
    expect(registry.pair('default', null)).toBe(registry.pair('default', null));
    expect(registry.pair('other', 'a')).not.toBe(registry.pair('default', 'a'));
    expect(registry.own('default')).toBe(registry.own('default'));
    expect(namesOf(registry)).toEqual(['default', 'default/a', 'default/-', 'other', 'other/a', 'own:default']);
  });

  it('makes none to look for one, or at one', () => {
    const registry = registryOf();
    const keys = [{ endpoint: 'default' }, { endpoint: 'default', model: 'a' }, { own: 'a' }];
    for (const key of keys) {
      expect(registry.find(key)).toBeUndefined();
      expect(registry.look(key).snapshot()).toMatchObject({ state: 'closed', key });
    }
    expect(registry.endpoint('default')).toBeUndefined();
    expect(registry.snapshot()).toEqual([]);
  });

  it('finds each circuit by its key', () => {
    const registry = registryOf();
    expect(registry.find({ endpoint: 'default', model: 'a' })).toBeUndefined();
    const pair = registry.pair('default', 'a');
    expect(registry.find({ endpoint: 'default', model: 'a' })).toBe(pair);
    expect(registry.find({ endpoint: 'default' })).toBe(registry.rollUp('default'));
    expect(registry.find({ endpoint: 'default', model: null })).toBeUndefined();
    expect(registry.obtain({ own: 'work' })).toBe(registry.own('work'));
    expect(registry.find({ own: 'work' })).toBe(registry.own('work'));
    expect(registry.obtain({ endpoint: 'default', model: null })).toBe(registry.pair('default', null));
    expect(registry.obtain({ endpoint: 'new' })).toBe(registry.rollUp('new'));
  });

  it('has no more than a thousand, however many models are asked for', () => {
    const registry = registryOf();
    for (let i = 0; i < 3_000; i++) call(registry.pair('default', `invented-${i}`));
    // One for all that came too late, and one for the endpoint.
    expect(registry.snapshot()).toHaveLength(1_002);
  });

  it('makes room by forgetting the circuit that was left alone for longest', () => {
    const registry = registryOf(3);
    call(registry.pair('default', 'first'));
    clock.advance(1_000);
    call(registry.own('second'));
    clock.advance(1_000);
    call(registry.pair('default', 'third'));
    clock.advance(59_000);
    registry.pair('default', 'fourth');
    expect(namesOf(registry)).toEqual(['default', 'default/third', 'default/fourth', 'own:second']);
    clock.advance(1_000);
    registry.pair('default', 'fifth');
    expect(namesOf(registry)).toEqual(['default', 'default/third', 'default/fourth', 'default/fifth']);
    // Now none is old enough to be forgotten: the newest were made a moment ago, and the third has just been called.
    call(registry.pair('default', 'third'));
    expect(registry.pair('default', 'sixth').circuit).toBe('default/*');
  });

  it('keeps what counts something, is open or is isolated; late comers then share one', () => {
    const registry = registryOf(3);
    call(registry.pair('default', 'open'), 'failure', 5);
    registry.obtain({ endpoint: 'default', model: 'isolated' }).isolate();
    clock.advance(120_000);
    call(registry.pair('default', 'busy'));
    const shared = registry.pair('default', 'late');
    expect(shared).toBe(registry.pair('default', 'later'));
    expect(registry.pair('default', null)).toBe(shared);
    expect(shared.circuit).toBe('default/*');
    expect(registry.own('late').circuit).toBe('own:*');
    expect(registry.pair('other', 'late').circuit).toBe('other/*');
    expect(registry.find({ endpoint: 'default', model: 'open' })?.snapshot().lastOpenedReason).toBe(
      'consecutive-failures',
    );
  });

  it('gives a person that very circuit, even without room', () => {
    const registry = registryOf(1);
    call(registry.pair('default', 'busy'));
    expect(registry.obtain({ endpoint: 'default', model: 'late' }).circuit).toBe('default/late');
    expect(registry.obtain({ own: 'late' }).circuit).toBe('own:late');
  });

  it('tells what happens to any of them, until it is closed', () => {
    const registry = registryOf();
    const heard: CircuitEvent[] = [];
    let ended = false;
    registry.events.subscribe({ next: (event) => heard.push(event), complete: () => (ended = true) });
    call(registry.pair('default', 'a'), 'failure', 6);
    registry.own('b').isolate();
    expect(heard.map(({ circuit, type }) => `${circuit} ${type}`)).toEqual([
      'default/a opened',
      'default/a refused',
      'own:b isolated',
    ]);
    registry.close();
    expect(ended).toBe(true);
    expect(() => registry.own('b').close()).not.toThrow();
  });

  it('goes on when a subscriber throws, and tells the others', async () => {
    const registry = registryOf();
    const heard: string[] = [];
    const reported = new Promise((resolve) => {
      config.onUnhandledError = resolve;
    });
    registry.events.subscribe(() => {
      throw new Error('A subscriber broke.');
    });
    registry.events.subscribe(({ type }) => heard.push(type));
    expect(() => call(registry.rollUp('default'), 'failure', 5)).not.toThrow();
    expect(heard).toEqual(['opened']);
    expect(await reported).toEqual(new Error('A subscriber broke.'));
    config.onUnhandledError = null;
  });
});
