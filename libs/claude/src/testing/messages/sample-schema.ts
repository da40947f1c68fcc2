import { isObject, objectsOf, type JsonObject } from '../json.js';

const MAX_DEPTH = 6;

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T12:00:00Z',
  date: '2026-01-01',
  time: '12:00:00Z',
  duration: 'P1D',
  email: 'simulated@example.com',
  hostname: 'example.com',
  uri: 'https://example.com/simulated',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '00000000-0000-4000-8000-000000000000',
};

/**
 * A value that satisfies a JSON schema of the kind tools and structured outputs use: types, `enum`, `const`, nesting,
 * `required`, `$ref`, `anyOf`, `allOf`, formats and bounds (`pattern` is not looked at).
 */
export function sampleOf(schema: JsonObject, name = 'value'): unknown {
  return new Sampler(schema).sample(schema, name, 0);
}

class Sampler {
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  sample(written: JsonObject, name: string, depth: number): unknown {
    const schema = this.#resolve(written);
    if ('const' in schema) return schema.const;
    if (Array.isArray(schema.enum)) return schema.enum[0];
    const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
    if (type === 'object' || isObject(schema.properties)) return this.#object(schema, depth);
    if (type === 'array') return this.#array(schema, name, depth);
    if (type === 'boolean') return true;
    if (type === 'null') return null;
    if (type === 'number' || type === 'integer') return sampleNumber(withHints(schema));
    return sampleString(withHints(schema), name);
  }

  #object(schema: JsonObject, depth: number): JsonObject {
    const required = requiredOf(schema);
    const entries = Object.entries(propertiesOf(schema));
    // A recursive schema ends where its optional parts are left out.
    const wanted = entries.filter(([key]) => depth < MAX_DEPTH || required.includes(key));
    return Object.fromEntries(
      wanted.map(([key, property]) => [key, this.sample(isObject(property) ? property : {}, key, depth + 1)]),
    );
  }

  #array(schema: JsonObject, name: string, depth: number): readonly unknown[] {
    const { minItems = 0 } = withHints(schema);
    const length = Math.max(Number(minItems), depth < MAX_DEPTH ? 1 : 0);
    const items = isObject(schema.items) ? schema.items : {};
    return Array.from({ length }, () => this.sample(items, name, depth + 1));
  }

  /** Follows references, takes the first alternative, and joins the parts of an `allOf`. */
  #resolve(schema: JsonObject): JsonObject {
    if (typeof schema.$ref === 'string') return this.#resolve(this.#deref(schema.$ref));
    const [alternative] = objectsOf(schema.anyOf ?? schema.oneOf);
    if (alternative) return this.#resolve(alternative);
    const parts = objectsOf(schema.allOf).map((part) => this.#resolve(part));
    return parts.reduce<JsonObject>(joinSchemas, schema);
  }

  #deref(ref: string): JsonObject {
    let target: unknown = this.#root;
    for (const key of ref.split('/').slice(1)) target = isObject(target) ? target[key] : undefined;
    return isObject(target) ? target : {};
  }
}

function joinSchemas(left: JsonObject, right: JsonObject): JsonObject {
  const required = [...requiredOf(left), ...requiredOf(right)];
  const properties = { ...propertiesOf(left), ...propertiesOf(right) };
  return { ...left, ...right, required, ...(Object.keys(properties).length > 0 && { properties }) };
}

function requiredOf({ required }: JsonObject): readonly unknown[] {
  return Array.isArray(required) ? required : [];
}

function propertiesOf({ properties }: JsonObject): JsonObject {
  return isObject(properties) ? properties : {};
}

/** The SDK's schema helpers move bounds the API does not enforce into the description, as `{minimum: 5, maxLength: 10}`. */
function withHints(schema: JsonObject): JsonObject {
  const description = typeof schema.description === 'string' ? schema.description : '';
  const [hints] = /\{[a-zA-Z]+: [^{}]*\}$/.exec(description) ?? [''];
  const bounds = [...hints.matchAll(/([a-zA-Z]+): (-?[\d.]+)/g)].map(([, key = '', value]) => [key, Number(value)]);
  return { ...Object.fromEntries(bounds), ...schema };
}

function sampleNumber(schema: JsonObject): number {
  const bound = (key: string, byDefault: number): number => Number(schema[key] ?? byDefault);
  const step = bound('multipleOf', 1);
  const [min, max] = [bound('minimum', -Infinity), bound('maximum', Infinity)];
  const [above, below] = [bound('exclusiveMinimum', -Infinity), bound('exclusiveMaximum', Infinity)];
  const [lowest, highest] = [Math.max(min, above), Math.min(max, below)];
  const up = Math.ceil(lowest / step) * step;
  const down = Math.floor(highest / step) * step;
  const candidates = [step, up, up + step, down, down - step, (lowest + highest) / 2];
  const fits = (value: number): boolean => value >= min && value <= max && value > above && value < below;
  return candidates.find(fits) ?? step;
}

function sampleString(schema: JsonObject, name: string): string {
  const format = FORMATS[String(schema.format)];
  if (format !== undefined) return format;
  const text = `simulated ${name}`.padEnd(Number(schema.minLength ?? 0), '.');
  return text.slice(0, Number(schema.maxLength ?? text.length));
}
