import { maxTokensOf, speedOf } from '../../call/request-traits.js';

type Fields = Readonly<Record<string, unknown>>;

/** One model that a request may be answered by. */
export interface PlannedHop {
  readonly model: string | null;
  /** `null` for that of the request. */
  readonly maxTokens: number | null;
  readonly fast: boolean;
}

/** The model that is asked, and those that the API asks in its stead if it declines (SDK `BetaFallbackParam`). */
export function hopsOf(params: unknown, model: string | null): readonly PlannedHop[] {
  const fast = speedOf(params) === 'fast';
  const own: PlannedHop = { model, maxTokens: null, fast };
  const { fallbacks } = fieldsOf(params);
  if (!Array.isArray(fallbacks)) return [own];
  return [own, ...fallbacks.filter(isFields).map((entry) => fallbackHop(entry, fast))];
}

function fallbackHop(entry: Fields, fast: boolean): PlannedHop {
  return {
    model: typeof entry['model'] === 'string' ? entry['model'] : null,
    maxTokens: maxTokensOf(entry),
    fast: entry['speed'] === undefined ? fast : speedOf(entry) === 'fast',
  };
}

export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
