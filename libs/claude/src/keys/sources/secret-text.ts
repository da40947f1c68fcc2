import { KeyUnavailableError } from '../../errors/errors.js';

/**
 * The key in what a secret store holds: the text itself, or a field of the JSON it is.
 *
 * @param field Name of the field; a path such as `anthropic.key` reaches into objects. Default: the whole text.
 * @param title What holds the text, as the beginning of a sentence.
 * @throws KeyUnavailableError saying what is missing, without the text.
 */
export function keyInText(text: string, field: string | undefined, title: string): string {
  if (field === undefined) return text;
  return keyInFields(parsed(text, title), field, title);
}

/** The same for a store whose secrets are objects. */
export function keyInFields(fields: unknown, field: string, title: string): string {
  let value = fields;
  // The name as a whole goes first: a dot may be part of it.
  for (const name of hasOwn(fields, field) ? [field] : field.split('.'))
    value = hasOwn(value, name) ? value[name] : undefined;
  if (typeof value === 'string') return value;
  throw new KeyUnavailableError(`${title} has no text in its field \`${field}\`: correct \`field\`, or the secret.`);
}

function hasOwn(value: unknown, name: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

/** The parser's own message quotes the text. */
function parsed(text: string, title: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new KeyUnavailableError(
      `${title} is no JSON, though \`field\` names a part of it: leave \`field\` out, or correct the secret.`,
    );
  }
}
