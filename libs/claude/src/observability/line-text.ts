import type { LogFields } from '../redaction/log-line.js';

/** A call's line as text, e.g. `messages.create claude-haiku-5-5 succeeded in 812.3 ms, 25 + 112 tokens, $0.0001, call_…`. */
export function callText(fields: LogFields): string {
  const { operation, model, endpoint } = fields;
  return joined([
    `${shown(operation)}${model === undefined ? '' : ` ${shown(model)}`} ${verdict(fields)} in ${shown(fields['durationMs'])} ms`,
    labelled(fields, 'answeredBy', 'by'),
    endpoint === 'default' ? null : labelled(fields, 'endpoint', 'at'),
    unit(fields, 'timeToFirstTokenMs', 'ms to first token'),
    unit(fields, 'queuedMs', 'ms queued'),
    Number(fields['attempts']) > 1 ? unit(fields, 'attempts', 'attempts') : null,
    ...spending(fields),
    ...attribution(fields),
    labelled(fields, 'callId', ''),
    labelled(fields, 'requestId', ''),
    labelled(fields, 'prompt', 'prompt'),
    labelled(fields, 'answer', 'answer'),
  ]);
}

/** A handler's line as text, e.g. `AskController.ask succeeded in 1,204 ms, 2 calls, 50 + 220 tokens, $0.0003`. */
export function handlerText(fields: LogFields): string {
  return joined([
    `${shown(fields['handler'])} ${verdict(fields)} in ${shown(fields['durationMs'])} ms`,
    unit(fields, 'calls', fields['calls'] === 1 ? 'call' : 'calls'),
    ...(['failedCalls', 'refusedCalls', 'abandonedCalls'] as const).map((name) =>
      unit(fields, name, name.replace('Calls', '')),
    ),
    ...spending(fields),
    ...attribution(fields),
  ]);
}

function verdict({ outcome, errorClass, status, refusal, abandonedAt }: LogFields): string {
  const details = [errorClass, outcome === 'failed' ? status : undefined, refusal, abandonedAt];
  const known = details.filter((detail) => detail !== undefined);
  return `${shown(outcome)}${known.length === 0 ? '' : ` (${known.map(shown).join(' ')})`}`;
}

function spending(fields: LogFields): readonly (string | null)[] {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWrite5mTokens, cacheWrite1hTokens, costUsd } = fields;
  const written = Number(cacheWrite5mTokens ?? 0) + Number(cacheWrite1hTokens ?? 0);
  return [
    inputTokens === undefined ? null : `${shown(inputTokens)} + ${shown(outputTokens)} tokens`,
    cacheReadTokens === undefined ? null : `${shown(cacheReadTokens)} read from cache`,
    written === 0 ? null : `${written} written to it`,
    // As many digits as the smallest price needs, and no exponent.
    typeof costUsd === 'number' && costUsd > 0 ? `$${costUsd.toFixed(9).replace(/(\.\d\d\d*?)0+$/, '$1')}` : null,
  ];
}

function attribution(fields: LogFields): readonly (string | null)[] {
  const tags = Object.entries((fields['tags'] ?? {}) as LogFields);
  return [
    labelled(fields, 'user', 'user'),
    ...tags.map(([name, value]) => `${shown(name)}=${shown(value)}`),
    labelled(fields, 'correlationId', 'correlation'),
    labelled(fields, 'traceId', 'trace'),
  ];
}

function unit(fields: LogFields, name: string, what: string): string | null {
  return fields[name] === undefined ? null : `${shown(fields[name])} ${what}`;
}

function labelled(fields: LogFields, name: string, label: string): string | null {
  return fields[name] === undefined ? null : `${label} ${shown(fields[name])}`.trimStart();
}

/** In quotes where it could be taken for another part of the line. */
function shown(value: unknown): string {
  const text = String(value);
  return typeof value !== 'string' || /^[\w.:@/+-]+$/.test(text) ? text : JSON.stringify(text);
}

function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join(', ');
}
