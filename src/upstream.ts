import type { ClaudeModuleOptions } from 'nestjs-claude';
import { textOf, type Environment } from './environment.js';
import { SettingsError } from './errors/settings-error.js';
import { isLoopback } from './http/loopback.js';

/**
 * Whether a base URL is set. Checked here too, since without a key the module never sees it; and held to more than the
 * module asks, since the API key goes there with every call.
 *
 * @throws SettingsError for one that is none, or that others could read on its way.
 */
export function hasBaseURL({ baseURL, endpoints = [] }: ClaudeModuleOptions, env: Environment): boolean {
  const variable = textOf(env, 'ANTHROPIC_BASE_URL');
  if (variable !== null && protocolOf(variable) === null) {
    throw new SettingsError('ANTHROPIC_BASE_URL must be an http or https URL, e.g. https://api.anthropic.com.');
  }
  checkPrivate('ANTHROPIC_BASE_URL', variable);
  checkPrivate('CLAUDE_CONFIG: `baseURL`', baseURL);
  for (const [at, endpoint] of endpoints.entries()) {
    checkPrivate(`CLAUDE_CONFIG: \`endpoints[${at}].baseURL\``, endpoint.baseURL);
  }
  return baseURL !== undefined || variable !== null;
}

/** What is no URL at all is for the module to refuse. */
function checkPrivate(name: string, url: unknown): void {
  if (typeof url !== 'string' || protocolOf(url) !== 'http:') return;
  if (isLoopback(new URL(url).hostname.replaceAll(/^\[|\]$/g, ''))) return;
  throw new SettingsError(`${name} must be an https URL, as the API key goes there; http is for this machine alone.`);
}

function protocolOf(url: string): string | null {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  return protocol === 'http:' || protocol === 'https:' ? protocol : null;
}
