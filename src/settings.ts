import { readFileSync } from 'node:fs';
import { keyFromFile, type ClaudeModuleOptions } from 'nestjs-claude';
import { readAdminSettings, type AdminSettings } from './admin/admin.settings.js';
import { readGatewayKeys, type GatewayKeys } from './access/gateway-keys.js';
import { portOf, textOf, wholeNumber, type Environment } from './environment.js';
import { SettingsError } from './errors/settings-error.js';
import { readClientTimeouts, type ClientTimeouts } from './http/client-timeouts.js';
import { isLoopback } from './http/loopback.js';
import { hasBaseURL } from './upstream.js';
import { readLogSettings, type LogSettings } from './logging/log.settings.js';
import { readStoreSettings, type StoreSettings } from './stores/store.settings.js';

/** What the gateway runs with. */
export interface Settings {
  /** From `PORT`. Default 3000; 0 takes any free port. */
  readonly port: number;
  /** From `HOST`. Default `127.0.0.1`. */
  readonly host: string;
  /** From `BODY_LIMIT_BYTES`. Default 32 MiB, the API's own limit for messages. */
  readonly bodyLimitBytes: number;
  /** How long clients may take. */
  readonly timeouts: ClientTimeouts;
  /** The callers it knows, from `GATEWAY_KEYS_FILE` or `GATEWAY_KEYS`. Default: `null`, so that this machine alone is served. */
  readonly keys: GatewayKeys | null;
  readonly log: LogSettings;
  /** The admin listener. Default: none. */
  readonly admin: AdminSettings | null;
  /** What is shared with other gateways. */
  readonly stores: StoreSettings;
  /** From the file named by `CLAUDE_CONFIG`. Default: none, so that the module's own defaults hold. */
  readonly claude: ClaudeModuleOptions;
  /** Whether file or environment hold an API key or other credentials. */
  readonly hasKey: boolean;
  /** Whether a base URL is set, which means nothing where there is no key to go there with. */
  readonly hasBaseURL: boolean;
}

const BODY_LIMIT_BYTES = 32 * 1024 * 1024;
const MAX_BODY_LIMIT_BYTES = 1024 * 1024 * 1024;

/** Variables in which the SDK finds credentials of its own. */
const CREDENTIALS = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_PROFILE', 'ANTHROPIC_FEDERATION_RULE_ID'];

/**
 * Reads the settings from the environment. What the file of `CLAUDE_CONFIG` says is checked by the module itself.
 *
 * @throws SettingsError naming the variable, what is wrong with it and what it must be.
 */
export function readSettings(env: Environment): Settings {
  const claude = withKeyFile(readConfig(textOf(env, 'CLAUDE_CONFIG')), env);
  const port = portOf(env, 'PORT', 3000);
  const keys = readGatewayKeys(env);
  return {
    port,
    host: hostOf(env, keys),
    keys,
    timeouts: readClientTimeouts(env),
    bodyLimitBytes: wholeNumber(env, 'BODY_LIMIT_BYTES', BODY_LIMIT_BYTES, 1, MAX_BODY_LIMIT_BYTES),
    log: readLogSettings(env),
    admin: readAdminSettings(env, port),
    stores: readStoreSettings(env, claude.cost !== false),
    claude,
    hasKey: hasCredentials(claude, env),
    hasBaseURL: hasBaseURL(claude, env),
  };
}

/** @throws SettingsError where other machines could use the API key without bringing one of their own. */
function hostOf(env: Environment, keys: GatewayKeys | null): string {
  const host = textOf(env, 'HOST') ?? '127.0.0.1';
  if (keys !== null || isLoopback(host)) return host;
  throw new SettingsError(
    'HOST is open to other machines, which would use the API key as they like: create keys for them (npx nestjs-claude gateway-key create) and set GATEWAY_KEYS_FILE, or leave HOST at 127.0.0.1.',
  );
}

/** The key in the file named by `ANTHROPIC_API_KEY_FILE`; a new one there takes effect at once. */
function withKeyFile(claude: ClaudeModuleOptions, env: Environment): ClaudeModuleOptions {
  const file = textOf(env, 'ANTHROPIC_API_KEY_FILE');
  if (file === null) return claude;
  const others = [
    ...(textOf(env, 'ANTHROPIC_API_KEY') === null ? [] : ['ANTHROPIC_API_KEY']),
    ...(['apiKey', 'endpoints'] as const)
      .filter((name) => claude[name] !== undefined)
      .map((name) => `\`${name}\` of CLAUDE_CONFIG`),
  ];
  if (others.length === 0) return { ...claude, apiKey: keyFromFile(file) };
  throw new SettingsError(`ANTHROPIC_API_KEY_FILE and ${others.join(' and ')} are both set: keep one of them.`);
}

function readConfig(file: string | null): ClaudeModuleOptions {
  if (file === null) return {};
  const parsed = parse(file, read(file));
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new SettingsError(`CLAUDE_CONFIG: ${file} must hold a JSON object with options of ClaudeModule.`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new SettingsError(
      `CLAUDE_CONFIG: ${file} cannot be read (${code}): correct the path, or unset the variable.`,
    );
  }
}

/** The parser's own message is left out: it quotes the file, which may hold a key. */
function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SettingsError(`CLAUDE_CONFIG: ${file} is not valid JSON.`);
  }
}

function hasCredentials({ apiKey, client, endpoints }: ClaudeModuleOptions, env: Environment): boolean {
  const given = [apiKey, endpoints, client?.authToken, client?.credentials, client?.config, client?.profile];
  return given.some((value) => value != null) || CREDENTIALS.some((name) => env[name] !== undefined);
}
