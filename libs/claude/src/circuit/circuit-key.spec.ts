import { circuitKey, circuitName, type CircuitKey } from './circuit-key.js';

const NAMED: readonly (readonly [string, CircuitKey])[] = [
  ['default', { endpoint: 'default' }],
  ['default/claude-haiku-5-5', { endpoint: 'default', model: 'claude-haiku-5-5' }],
  ['default/-', { endpoint: 'default', model: null }],
  ['eu/models/some/path', { endpoint: 'eu', model: 'models/some/path' }],
  ['own:search', { own: 'search' }],
  ['own:a/b', { own: 'a/b' }],
];

describe('the name of a circuit', () => {
  it.each(NAMED)('is %s', (name, key) => {
    expect(circuitName(key)).toBe(name);
  });

  it.each(NAMED)('%s stands for its key', (name, key) => {
    expect(circuitKey(name)).toEqual(key);
  });
});
