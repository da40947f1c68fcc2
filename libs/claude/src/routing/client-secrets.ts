import type { HeldClient } from './routing.options.js';

/** Where clients of the SDK's family keep what nobody may read. */
const FIELDS = ['apiKey', 'authToken', 'webhookKey', 'awsSecretKey', 'awsSessionToken', 'accessToken'] as const;

/** What a client of the user's own authorizes itself with, as far as it keeps that in plain sight. */
export function clientSecrets(held: HeldClient | null): readonly string[] {
  if (held === null) return [];
  const client: object & Partial<Record<(typeof FIELDS)[number], unknown>> = held.client();
  return FIELDS.map((field) => client[field]).filter((value) => typeof value === 'string');
}
