import { isObject } from '../json.js';
import { lastUserText, textOf } from '../messages/message-body.js';
import type { RecordedRequest } from '../record/recorded-request.js';
import type { Expectation } from './expectation.js';

const MAX_LISTED = 20;
const MAX_TEXT = 60;

/** An expectation in words, as far as it has any. */
export function describeExpectation(expectation: Expectation): string {
  const { times: _, ...conditions } = expectation;
  const words = Object.entries(conditions).map(([name, value]) => `${name} ${describeValue(name, value)}`);
  return words.length === 0 ? 'a request to /v1/messages' : `a request with ${words.join(', ')}`;
}

function describeValue(name: string, value: unknown): string {
  if (name === 'apiKey' || typeof value === 'function') return '(given)';
  return value instanceof RegExp ? String(value) : JSON.stringify(value);
}

/** The requests one by one, with their texts only where the expectation asks about texts. */
export function describeRequests(requests: readonly RecordedRequest[], expectation: Expectation = {}): string {
  if (requests.length === 0) return 'No request was received.';
  const lines = requests
    .slice(0, MAX_LISTED)
    .map((request, index) => `  ${index + 1}. ${describe(request, expectation)}`);
  const more = requests.length > MAX_LISTED ? [`  ... and ${requests.length - MAX_LISTED} more`] : [];
  return [`Received ${requests.length}:`, ...lines, ...more].join('\n');
}

function describe(request: RecordedRequest, { user, system }: Expectation): string {
  const { method, path, model, stream, status, outcome, fault, apiKeyIndex, body } = request;
  const how = [model, stream ? 'stream' : null, apiKeyIndex === null ? 'no valid key' : `key #${apiKeyIndex}`];
  const end = [status ?? 'no status', outcome, fault && `fault ${fault}`];
  const texts = [
    user !== undefined && ` user ${excerpt(lastUserText(body))}`,
    system !== undefined && ` system ${excerpt(isObject(body) ? textOf(body.system) : '')}`,
  ];
  return `${method} ${path} ${given(how)} -> ${given(end)}${texts.filter(Boolean).join('')}`;
}

/** The parts that there are. */
function given(parts: readonly unknown[]): string {
  return parts.filter(Boolean).join(' ');
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}...` : text);
}
