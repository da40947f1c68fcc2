import { check } from '../http/api-failure.js';
import { isObject, objectsOf, type JsonObject } from '../json.js';

/** How long a cache entry lives, as requests name it. */
export type CacheTtl = '5m' | '1h';

const MAX_BREAKPOINTS = 4;

/** Lifetime of a block's cache breakpoint; a breakpoint inside a tool result counts for the whole block. */
export function cacheTtlOf(block: JsonObject): CacheTtl | null {
  const control = block.cache_control;
  if (isObject(control)) return control.ttl === '1h' ? '1h' : '5m';
  for (const nested of objectsOf(block.content)) {
    const ttl = cacheTtlOf(nested);
    if (ttl) return ttl;
  }
  return null;
}

/** Checks number, form and order of all breakpoints ("Prompt caching" in the Anthropic API docs). */
export function checkCacheControls(body: JsonObject): void {
  const blocks = [...objectsOf(body.tools), ...objectsOf(body.system), ...objectsOf(body.messages).flatMap(blocksOf)];
  const controls = [...blocks, body].map((block) => block.cache_control).filter((control) => control !== undefined);
  for (const control of controls) checkControl(control);
  const ttls = blocks.map(cacheTtlOf).filter((ttl) => ttl !== null);
  check(
    ttls.length <= MAX_BREAKPOINTS,
    `A maximum of ${MAX_BREAKPOINTS} blocks with cache_control may be provided. Found ${ttls.length}.`,
  );
  check(
    !ttls.includes('5m') || ttls.lastIndexOf('1h') < ttls.indexOf('5m'),
    "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block",
  );
}

function blocksOf(message: JsonObject): readonly JsonObject[] {
  return objectsOf(message.content);
}

function checkControl(control: unknown): void {
  if (control === null) return;
  check(isObject(control) && control.type === 'ephemeral', "cache_control.type: Input should be 'ephemeral'");
  check(
    [undefined, null, '5m', '1h'].includes(control.ttl as string),
    "cache_control.ttl: Input should be '5m' or '1h'",
  );
}
