/** How deep values may be within each other. The API's own requests need less than 20. */
const MAX_DEPTH = 64;

/** What code that merges objects without care would write into the prototype of all of them. */
const POLLUTING: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Why a parsed body is not taken, whatever it says; `null` for one that is. Walks without calling itself, however deep it is. */
export function shapeProblem(body: unknown): string | null {
  let level: readonly object[] = isObject(body) ? [body] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return `The request body is more than ${MAX_DEPTH} levels deep.`;
    const below: object[] = [];
    for (const value of level) {
      if (!Array.isArray(value)) {
        const name = Object.keys(value).find((key) => POLLUTING.has(key));
        if (name !== undefined) return `The request body may have no key ${name}.`;
      }
      for (const each of Object.values(value)) if (isObject(each)) below.push(each);
    }
    level = below;
  }
  return null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
