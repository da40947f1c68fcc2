import type { InputFinding } from '../call/input-finding.js';
import { InputBlockedError } from '../errors/refusals.js';
import type { SanitizeResult } from './input-sanitizer.service.js';

type Sanitize = (part: unknown) => Promise<SanitizeResult<unknown>>;

/** Looks at parts of a value only: `messages[*].content` is the content of each message. What is not there is passed over. */
export async function sanitizedAt(
  value: unknown,
  paths: readonly string[],
  sanitize: Sanitize,
): Promise<SanitizeResult<unknown>> {
  const findings: InputFinding[] = [];
  let cleaned = value;
  for (const path of paths) {
    cleaned = await replacedAt(cleaned, keysOf(path), '', async (part, at) => {
      const result = await sanitize(part).catch((error: unknown) => {
        throw error instanceof InputBlockedError ? blockedAt(error, at) : error;
      });
      findings.push(...result.findings.map((finding) => ({ ...finding, path: within(at, finding.path) })));
      return result.value;
    });
  }
  return { value: cleaned, changed: cleaned !== value, findings };
}

/** `a.b[0].c` as keys. */
function keysOf(path: string): string[] {
  return path.split(/[.[\]]/).filter((key) => key !== '');
}

async function replacedAt(
  value: unknown,
  [key, ...rest]: readonly string[],
  at: string,
  replace: (part: unknown, at: string) => Promise<unknown>,
): Promise<unknown> {
  if (key === undefined) return replace(value, at);
  if (typeof value !== 'object' || value === null) return value;
  let copy: Record<string, unknown> | unknown[] | null = null;
  const members = value as Readonly<Record<string, unknown>>;
  for (const each of key === '*' ? Object.keys(value) : [key]) {
    if (!Object.hasOwn(value, each)) continue;
    const inner = Array.isArray(value) ? `${at}[${each}]` : within(at, each);
    const replaced = await replacedAt(members[each], rest, inner, replace);
    if (replaced === members[each]) continue;
    copy ??= Array.isArray(value) ? [...(value as unknown[])] : { ...value };
    Object.defineProperty(copy, each, { value: replaced, writable: true, enumerable: true, configurable: true });
  }
  return copy ?? value;
}

function within(at: string, path: string): string {
  if (at === '' || path === 'input') return at === '' ? path : at;
  return path.startsWith('[') ? `${at}${path}` : `${at}.${path}`;
}

function blockedAt({ path, rules }: InputBlockedError, at: string): InputBlockedError {
  return new InputBlockedError({ path: within(at, path), rules });
}
