import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KNOWN_MODELS } from '../testing/models/known-models.js';
import { KNOWN_MODEL_IDS } from './known-models.js';

/** The string literals of the SDK's `Model` type, read from the source it ships. */
function idsOfTheSdk(): readonly string[] {
  const source = readFileSync(
    join(dirname(require.resolve('@anthropic-ai/sdk')), 'src/resources/messages/messages.ts'),
    'utf8',
  );
  const [, members = ''] = /^export type Model =([^;]*)\(string & \{\}\);/m.exec(source) ?? [];
  return [...members.matchAll(/'([^']+)'/g)].map(([, id = '']) => id);
}

const sorted = (ids: readonly string[]): readonly string[] => ids.toSorted((a, b) => (a < b ? -1 : 1));

describe('KNOWN_MODEL_IDS', () => {
  it('are the ids of the SDK, in its order', () => {
    expect(KNOWN_MODEL_IDS).toEqual(idsOfTheSdk());
  });

  it('are what the simulator serves', () => {
    const served = KNOWN_MODELS.flatMap(({ id, aliases = [] }) => aliases.concat(id));
    expect(sorted(served)).toEqual(sorted(KNOWN_MODEL_IDS));
  });
});
