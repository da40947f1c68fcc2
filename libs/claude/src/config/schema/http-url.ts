/** Whether a value is an http or https URL that carries neither credentials nor a query nor a fragment. */
export function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, username, password, hash, search } = new URL(value);
  return /^https?:$/.test(protocol) && username + password + hash + search === '';
}

/** What a base URL must be, for messages. */
export const BASE_URL_EXPECTED =
  'an http or https URL without credentials, query or fragment, e.g. https://api.anthropic.com';
