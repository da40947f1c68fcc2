import type { ClaudeModuleOptions } from '../claude.options.js';
import { namesOfKeys, SINGLE_ENDPOINT } from '../routing/resolve-endpoints.js';
import { PROBE_DEFAULTS } from '../routing/routing.options.js';
import { ordered } from './ordered.js';

/** Endpoints that are fine by themselves and cannot hold together, or would do nothing. */
export function endpointContradictions(options: ClaudeModuleOptions): string[] {
  const { endpoints, apiKey, context } = options;
  const names = endpointNames(options);
  const problems =
    endpoints === undefined ? sameKeys(apiKey) : [...amongEndpoints(options, endpoints), ...beside(options)];
  problems.push(...ofRouting(options, names.length));
  if (context?.endpoint !== undefined && !names.includes(context.endpoint)) {
    problems.push(`\`context.endpoint\` names no endpoint: there are ${names.map((name) => `'${name}'`).join(', ')}.`);
  }
  return problems;
}

/** What the endpoints of such options are called. */
export function endpointNames({ endpoints, apiKey }: ClaudeModuleOptions): readonly string[] {
  if (endpoints !== undefined) return endpoints.map(({ name }) => name);
  return Array.isArray(apiKey) ? namesOfKeys(apiKey.length) : [SINGLE_ENDPOINT];
}

function ofRouting({ routing, circuit, endpoints }: ClaudeModuleOptions, count: number): string[] {
  if (routing === undefined) return [];
  const { strategy, probe = false } = routing;
  const problems = probe === false ? [] : ordered('routing.probe', probe, PROBE_DEFAULTS, 'timeoutMs', 'intervalMs');
  if (count === 1 && (strategy !== undefined || probe === false)) {
    const unheard = probe === false ? '`routing`' : '`routing.strategy`';
    problems.push(
      `${unheard} would do nothing with a single endpoint: give more \`endpoints\`, or a list as \`apiKey\`; or remove it.`,
    );
  }
  const hasNoKeys = endpoints?.every(({ client }) => client !== undefined) ?? false;
  if (probe !== false && circuit === false && hasNoKeys) {
    problems.push(
      '`routing.probe` would do nothing with `circuit: false` and clients alone, as nothing takes an endpoint out then: remove one of them.',
    );
  }
  return problems;
}

type Given = NonNullable<ClaudeModuleOptions['endpoints']>;

function amongEndpoints({ rateLimit }: ClaudeModuleOptions, endpoints: Given): string[] {
  const seen = new Map<string, number>();
  const problems = endpoints.flatMap(({ name, maxConcurrent }, index) => {
    const at = `\`endpoints[${index}]`;
    const earlier = seen.get(name);
    seen.set(name, index);
    return [
      ...(earlier === undefined
        ? []
        : [`${at}.name\` is that of \`endpoints[${earlier}]\`: give each a name of its own.`]),
      ...(maxConcurrent === undefined || rateLimit !== false
        ? []
        : [
            `${at}.maxConcurrent\` would do nothing with \`rateLimit: false\`, as nobody waits then: remove one of them.`,
          ]),
    ];
  });
  if (endpoints.some(({ weight }) => weight !== 0)) return problems;
  return [
    ...problems,
    '`weight` is 0 for all of `endpoints`, so that none would take a call: give at least one a weight above 0.',
  ];
}

/** Endpoints have credentials of their own. */
function beside({ apiKey, client }: ClaudeModuleOptions): string[] {
  const given = (['authToken', 'config', 'credentials', 'profile'] as const)
    .filter((name) => client?.[name] != null)
    .map((name) => `\`client.${name}\``);
  if (apiKey !== undefined) given.unshift('`apiKey`');
  return given.map(
    (name) => `${name} would do nothing beside \`endpoints\`, which have keys of their own: remove one of them.`,
  );
}

function sameKeys(apiKey: ClaudeModuleOptions['apiKey']): string[] {
  if (!Array.isArray(apiKey)) return [];
  return apiKey.flatMap((key: unknown, index) => {
    const first = apiKey.indexOf(key);
    return first === index ? [] : [`\`apiKey[${index}]\` is the key of \`apiKey[${first}]\`: name each once.`];
  });
}
