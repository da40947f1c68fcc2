import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { KEYS, THREE } from './support.js';

const [FIRST] = THREE;

function messageFor(options: object): string {
  try {
    resolveSettings({ ...options }, {});
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return 'accepted';
}

describe('Options of endpoints', () => {
  it.each<[object, string]>([
    [{ endpoints: {} }, '`endpoints` must be an array'],
    [{ endpoints: [] }, '`endpoints` must be a list of at least one endpoint'],
    [{ endpoints: [{ ...FIRST, name: 'a/b' }] }, '`endpoints[0].name` must be up to 64 letters'],
    [{ endpoints: [FIRST, FIRST] }, '`endpoints[1].name` is that of `endpoints[0]`'],
    [{ endpoints: [{ name: 'e1' }] }, '`endpoints[0].key` must be a non-empty string, a function'],
    [{ endpoints: [{ ...FIRST, key: ' ' }] }, '`endpoints[0].key` is an empty string'],
    [{ endpoints: [{ ...FIRST, key: 'two\nlines' }] }, '`endpoints[0].key` has more than one line'],
    [{ endpoints: [{ ...FIRST, client: {} }] }, '`endpoints[0].client`'],
    [{ endpoints: [{ ...FIRST, weight: -1 }] }, '`endpoints[0].weight` must be a number from 0'],
    [{ endpoints: [{ ...FIRST, weight: 0 }] }, '`weight` is 0 for all of `endpoints`'],
    [{ endpoints: [{ ...FIRST, models: [] }] }, '`endpoints[0].models`'],
    [{ endpoints: [{ ...FIRST, maxConcurrent: 0 }] }, '`endpoints[0].maxConcurrent` must be a whole number'],
    [
      { endpoints: [{ ...FIRST, maxConcurrent: 2 }], rateLimit: false },
      '`endpoints[0].maxConcurrent` would do nothing',
    ],
    [{ endpoints: [{ ...FIRST, baseURL: 'ftp://elsewhere' }] }, '`endpoints[0].baseURL` must be'],
    [{ endpoints: [{ ...FIRST, baseURL: 'https://user:pass@elsewhere' }] }, '`endpoints[0].baseURL` must be'],
    [{ endpoints: [{ ...FIRST, baseURL: 'https://elsewhere/#part' }] }, '`endpoints[0].baseURL` must be'],
    [{ endpoints: THREE, apiKey: KEYS[0] }, '`apiKey` would do nothing beside `endpoints`'],
    [{ endpoints: THREE, client: { authToken: 't' } }, '`client.authToken` would do nothing beside `endpoints`'],
    [{ endpoints: THREE, routing: { strategy: 'fastest' } }, '`routing.strategy` must be one of'],
    [{ apiKey: KEYS[0], routing: { strategy: 'random' } }, '`routing` would do nothing with a single endpoint'],
    [{ endpoints: [FIRST], routing: { strategy: 'random' } }, '`routing` would do nothing with a single endpoint'],
    [{ apiKey: [KEYS[0]] }, '`apiKey` must be a non-empty string'],
    [{ apiKey: [KEYS[0], KEYS[0]] }, '`apiKey[1]` is the key of `apiKey[0]`'],
  ])('are not %j', (options, message) => {
    expect(messageFor(options)).toContain(message);
    for (const key of KEYS) expect(messageFor(options)).not.toContain(key);
  });

  it('may name any endpoint in the context of all calls, and no other', () => {
    expect(messageFor({ endpoints: THREE, context: { endpoint: 'e2' } })).toBe('accepted');
    expect(messageFor({ endpoints: THREE, context: { endpoint: 'e9' } })).toContain(
      '`context.endpoint` names no endpoint',
    );
  });
});
