import { check } from './api-failure.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1_000;

/** A page of a list, as the API answers it. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/** Cuts the page a query asks for with `limit`, `after_id` or `before_id`. */
export function pageOf<T extends { readonly id: string }>(items: readonly T[], query: URLSearchParams): Page<T> {
  const limit = limitOf(query.get('limit'));
  const afterId = query.get('after_id');
  const beforeId = query.get('before_id');
  check(afterId === null || beforeId === null, 'after_id and before_id may not be used together');
  if (beforeId !== null) {
    const end = indexOf(items, beforeId, 'before_id');
    return page(items.slice(Math.max(0, end - limit), end), end > limit);
  }
  const start = afterId === null ? 0 : indexOf(items, afterId, 'after_id') + 1;
  return page(items.slice(start, start + limit), start + limit < items.length);
}

function page<T extends { readonly id: string }>(data: readonly T[], hasMore: boolean): Page<T> {
  return { data, has_more: hasMore, first_id: data.at(0)?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function limitOf(text: string | null): number {
  if (text === null) return DEFAULT_LIMIT;
  const limit = Number(text);
  check(Number.isInteger(limit), 'limit: Input should be a valid integer');
  check(limit >= 1 && limit <= MAX_LIMIT, `limit: Input should be between 1 and ${MAX_LIMIT}`);
  return limit;
}

function indexOf(items: readonly { readonly id: string }[], id: string, parameter: string): number {
  const index = items.findIndex((item) => item.id === id);
  check(index >= 0, `${parameter}: no such item: ${id}`);
  return index;
}
