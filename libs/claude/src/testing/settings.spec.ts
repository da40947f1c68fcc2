import { ManualClock } from './clock/manual-clock.js';
import { readSettings } from './settings.js';

describe('readSettings', () => {
  it('needs nothing', () => {
    expect(readSettings({})).toMatchObject({ port: 0, host: '127.0.0.1', seed: '1', record: 'full', faults: [] });
  });

  it('takes a clock of one kind or the other, as it is', () => {
    const clock = new ManualClock();
    expect(readSettings({ clock }).clock).toBe(clock);
    expect(readSettings({ clock: 'real' }).clock.wall()).toBeGreaterThan(0);
  });

  it.each<[string, object]>([
    ['options: Unrecognized key: "prot"', { prot: 80 }],
    ['options.port', { port: 70_000 }],
    ['options.apiKeys', { apiKeys: [] }],
    ['options.apiKeys.0', { apiKeys: [''] }],
    ["Use 'real' or a clock such as new ManualClock()", { clock: 'fake' }],
    ['options.limits.requestsPerMinute', { limits: { requestsPerMinute: 0 } }],
    ['options.limits: Unrecognized key: "rpm"', { limits: { rpm: 5 } }],
    [
      'options.limits.byClass.opus-4.outputTokensPerMinute',
      { limits: { byClass: { 'opus-4': { outputTokensPerMinute: 'x' } } } },
    ],
    ['options.latency.jsonMs', { latency: { jsonMs: -1 } }],
    ['options.faults.0.probability', { faults: [{ fault: { kind: 'hang' }, probability: 2 }] }],
    ['options.faults.0.fault.kind', { faults: [{ fault: { kind: 'boom' }, probability: 1 }] }],
    ['options.cache.minimumTokens', { cache: { minimumTokens: 0.5 } }],
    ['options.record', { record: 'some' }],
    ['options.models', { models: [] }],
    ['options.batches', { batches: { processingMS: 1 } }],
  ])('refuses with %p', (message, options) => {
    expect(() => readSettings(options)).toThrow(message);
  });

  it('names every fault at once', () => {
    expect(() => readSettings({ port: -1, record: 'x' } as never)).toThrow(/options\.port: .*; options\.record: /);
  });
});
