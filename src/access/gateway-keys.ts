import { readFileSync } from 'node:fs';
import { isClaudeError, VirtualKeyRing, type StoredVirtualKey } from 'nestjs-claude';
import { z } from 'zod';
import { secretOf, textOf, type Environment } from '../environment.js';
import { SettingsError } from '../errors/settings-error.js';

const NAME = /^[\x20-\x7e]{1,100}$/;
const TAG_NAME = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** The tag by which calls of a key are told apart. Nobody else may set it. */
export const KEY_TAG = 'gateway_key';

const count = z.number().int().min(1);
const gatewayKey = z.strictObject({
  id: z.string(),
  hash: z.string(),
  user: z.string().regex(NAME).optional(),
  tags: z
    .record(z.string().regex(TAG_NAME), z.string().regex(NAME))
    .refine((tags) => !Object.hasOwn(tags, KEY_TAG), `may not set ${KEY_TAG}, which is the gateway's own`)
    .optional(),
  models: z.array(z.string().min(1)).min(1).optional(),
  requestsPerMinute: count.optional(),
  inputTokensPerMinute: count.optional(),
  outputTokensPerMinute: count.optional(),
  maxConcurrent: count.optional(),
  budget: z
    .strictObject({ limitUsd: z.number().min(0), window: z.enum(['hour', 'day', 'week', 'month']).default('month') })
    .optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

/** What the gateway knows of one of its callers. */
export interface GatewayKey extends StoredVirtualKey {
  /** Whom its calls are attributed to, whatever they say themselves. Default: who they say. */
  readonly user?: string | undefined;
  /** What its calls are tagged with, beside their own tags and before them. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The models it may ask. Default: all. */
  readonly models?: readonly string[] | undefined;
  /** Requests it may make in a minute, all of them at once if it likes. Default: no limit of its own. */
  readonly requestsPerMinute?: number | undefined;
  /** Input tokens its messages may use in a minute, as the API counts them: without those read from the cache. Default: no limit. */
  readonly inputTokensPerMinute?: number | undefined;
  /** Output tokens its messages may use in a minute. Default: no limit of its own. */
  readonly outputTokensPerMinute?: number | undefined;
  /** Requests it may have under way, streams included. Default: no limit of its own. */
  readonly maxConcurrent?: number | undefined;
  /** What it may spend, in US dollars, in each hour, day, week or month of UTC. Default: no limit of its own. */
  readonly budget?: { readonly limitUsd: number; readonly window: 'hour' | 'day' | 'week' | 'month' } | undefined;
  /** When it ends, in ISO 8601. Default: never. */
  readonly expiresAt?: string | undefined;
}

/** The callers a gateway knows, found by the keys they bring. */
export interface GatewayKeys {
  readonly list: readonly GatewayKey[];
  readonly ring: VirtualKeyRing<GatewayKey>;
}

/**
 * Reads the keys from the file named by `GATEWAY_KEYS_FILE`, or from `GATEWAY_KEYS` itself.
 *
 * @returns `null` where there are none: whoever reaches the gateway may use it then.
 * @throws SettingsError naming the variable and the place in it. It never quotes what stands there.
 */
export function readGatewayKeys(env: Environment): GatewayKeys | null {
  const file = textOf(env, 'GATEWAY_KEYS_FILE');
  const inline = textOf(env, 'GATEWAY_KEYS');
  const pepper = secretOf(env, 'GATEWAY_KEY_PEPPER');
  if (file !== null && inline !== null) {
    throw new SettingsError('GATEWAY_KEYS and GATEWAY_KEYS_FILE are both set: unset one of them.');
  }
  if (file !== null) return keysIn('GATEWAY_KEYS_FILE', read(file), pepper);
  if (inline !== null) return keysIn('GATEWAY_KEYS', inline, pepper);
  if (pepper === null) return null;
  throw new SettingsError('GATEWAY_KEY_PEPPER does nothing without keys: set GATEWAY_KEYS_FILE, or unset it.');
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError(`GATEWAY_KEYS_FILE cannot be read (${code}): correct the path, or unset the variable.`);
  }
}

function keysIn(variable: string, text: string, pepper: string | null): GatewayKeys {
  const { keys } = check(variable, parse(variable, text));
  try {
    return { list: keys, ring: new VirtualKeyRing(keys, pepper) };
  } catch (error) {
    throw isClaudeError(error, 'invalid_options') ? new SettingsError(`${variable}: ${error.message}`) : error;
  }
}

/** The parser's own message is left out: it quotes the text. */
function parse(variable: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SettingsError(`${variable} is not valid JSON.`);
  }
}

function check(variable: string, value: unknown): { readonly keys: readonly GatewayKey[] } {
  const { success, data, error } = z.strictObject({ keys: z.array(gatewayKey).min(1) }).safeParse(value);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => `\`${pathOf(path)}\`: ${message}`);
  throw new SettingsError(`${variable} must be {"keys": [{"id": ..., "hash": ...}, ...]}. ${problems.join('; ')}.`);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? String(step) : `${text}.${String(step)}`;
  }, '');
}
