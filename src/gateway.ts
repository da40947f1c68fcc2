import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Redactor, storedKeySource, type ClaudeKeySource } from 'nestjs-claude';
import type { AnthropicSimulator } from 'nestjs-claude/testing';
import { AdminListener } from './admin/admin.listener.js';
import { createApp } from './app.js';
import { listen } from './http/listen.js';
import { gatewayLogger } from './logging/gateway-logger.js';
import type { Settings } from './settings.js';
import { SharedStores } from './stores/shared-stores.js';
import { watchPlaceOf } from './admin/watch-place.js';

/** A gateway that listens. */
export interface Gateway {
  readonly app: NestFastifyApplication;
  readonly url: string;
  /** Where the admin listener is; `null` without one. */
  readonly adminUrl: string | null;
  /** Stops accepting, lets running streams finish within the module's grace period, then closes everything. */
  close(): Promise<void>;
}

const OPEN_NOTICE =
  'No keys are set for callers (GATEWAY_KEYS_FILE), so the gateway serves this machine alone, and whoever is on it.';

const HIDDEN_NOTICE =
  'Usage, budgets and metrics are not served, as callers would see those of others: set ADMIN_PORT and ADMIN_TOKEN to see them.';

/**
 * Starts the gateway. Where neither file nor environment name a key, that is used which is stored on this machine; where none
 * is, the embedded simulator answers.
 *
 * @param say Gets each line meant for whoever started it. Default: standard output.
 * @param findStored Finds the stored key. Default: in the keyring, else in the encrypted file.
 * @throws InvalidOptionsError for options the module refuses, SettingsError where it cannot listen, KeyUnavailableError for a
 *   stored key that cannot be read.
 */
export async function startGateway(
  settings: Settings,
  say: (line: string) => void = print,
  findStored: () => Promise<ClaudeKeySource | null> = storedKeySource,
): Promise<Gateway> {
  const stores = await SharedStores.open(settings.stores);
  try {
    return await start(settings, stores, say, findStored);
  } catch (error) {
    await stores.close();
    throw error;
  }
}

async function start(
  settings: Settings,
  stores: SharedStores,
  say: (line: string) => void,
  findStored: () => Promise<ClaudeKeySource | null>,
): Promise<Gateway> {
  const stored = settings.hasKey ? null : await findStored();
  const simulator = settings.hasKey || stored !== null ? undefined : await startSimulator();
  let app: NestFastifyApplication | undefined;
  const close = async (): Promise<void> => {
    await app?.close();
    await simulator?.close();
  };
  try {
    app = await createApp({ ...settings, claude: optionsFor(settings, stored, simulator) }, stores);
    const url = await listen(app, settings, { port: 'PORT', host: 'HOST' });
    app.useLogger(gatewayLogger(settings.log, app.get(Redactor)));
    const adminUrl = settings.admin === null ? null : app.get(AdminListener).url;
    if (stored) say(`The API key comes from the ${stored.name}.`);
    if (simulator) say(simulatorNotice(simulator, settings));
    if (settings.keys === null) say(OPEN_NOTICE);
    if (adminUrl !== null) say(adminNotice(adminUrl));
    if (watchPlaceOf(settings) === 'hidden') say(HIDDEN_NOTICE);
    say(invitation(url));
    return { app, url, adminUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startSimulator(): Promise<AnthropicSimulator> {
  // Only those who have no key pay for loading it.
  const testing = await import('nestjs-claude/testing');
  return testing.AnthropicSimulator.start({ record: 'none' });
}

function optionsFor(
  { claude }: Settings,
  stored: ClaudeKeySource | null,
  simulator: AnthropicSimulator | undefined,
): Settings['claude'] {
  if (simulator !== undefined) return simulatedOptions(simulator, claude);
  return stored === null ? claude : { ...claude, apiKey: stored };
}

function simulatedOptions({ url }: AnthropicSimulator, claude: Settings['claude']): Settings['claude'] {
  const transport = typeof claude.transport === 'object' ? claude.transport : { kind: claude.transport };
  // The platform's fetch knows no proxy of ours to switch off.
  const straight = transport.kind === 'fetch' ? transport : { ...transport, proxy: 'none' };
  return { ...claude, apiKey: 'sk-simulated', baseURL: url, transport: straight };
}

function simulatorNotice({ url }: AnthropicSimulator, { hasBaseURL }: Settings): string {
  const ignored = hasBaseURL ? ', and the base URL that is set is not used' : '';
  return `No API key is set (ANTHROPIC_API_KEY) or stored, so the answers come from the embedded simulator at ${url}, not from Claude${ignored}.`;
}

function adminNotice(url: string): string {
  return `The admin listener is at ${url}  Try: curl ${url}/usage/summary -H "authorization: Bearer $ADMIN_TOKEN"`;
}

function invitation(url: string): string {
  const body = '{"model":"claude-sonnet-5-5","max_tokens":100,"messages":[{"role":"user","content":"Hello"}]}';
  return `The gateway listens on ${url}  Try: curl ${url}/v1/messages -H 'content-type: application/json' -d '${body}'`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
