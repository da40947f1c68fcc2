import { invalidRequest } from '../errors/gateway-error.js';

const MAX_TAGS = 16;

/** `name=value`. A name that begins like `__proto__` is none. */
const TAG = /^([A-Za-z0-9][\w.-]{0,99})=([\x20-\x7e]{1,100})$/;

/**
 * The tags of `x-claude-tags: team=search,tier=gold`.
 *
 * @throws GatewayError (400) naming the header.
 */
export function tagsOf(header: string): Readonly<Record<string, string>> {
  const tags = new Map<string, string>();
  for (const text of header.split(',')) {
    const [, name, value] = TAG.exec(text.trim()) ?? [];
    if (name === undefined || value === undefined) throw invalidTags();
    if (tags.has(name)) throw invalidRequest(`x-claude-tags: names ${name} more than once: name it once.`);
    tags.set(name, value);
    if (tags.size > MAX_TAGS) throw invalidTags();
  }
  return Object.fromEntries(tags);
}

function invalidTags(): Error {
  return invalidRequest(
    `x-claude-tags: must be up to ${MAX_TAGS} of name=value with commas between, e.g. team=search,tier=gold; names are of letters, digits, \`.\`, \`_\` and \`-\`, values of printable ASCII, both of up to 100 characters.`,
  );
}
