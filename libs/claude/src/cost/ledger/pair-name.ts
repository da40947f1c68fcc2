import type { UsagePart } from './usage-entry.js';
import { OTHER } from './usage-table.js';

/** One name for a model and an endpoint, e.g. `7 default claude-haiku-5-5`: no two pairs share one, whatever is in their names. */
export function pairName({ model, endpoint }: Pick<UsagePart, 'model' | 'endpoint'>): string {
  return `${endpoint.length} ${endpoint} ${model ?? ''}`;
}

/** The pair of a name. */
export function pairIn(name: string): { readonly model: string; readonly endpoint: string } {
  if (name === OTHER) return { model: OTHER, endpoint: OTHER };
  const startsAt = name.indexOf(' ') + 1;
  const endsAt = startsAt + Number.parseInt(name, 10);
  return { model: name.slice(endsAt + 1), endpoint: name.slice(startsAt, endsAt) };
}
