/** How many faults there are. */
export const FAULTS = 40;

/** The endpoint whose calls it strikes, unless it is one of its own kind. */
export function endpointOf(number) {
  return `f${number}`;
}

/** The mark in a prompt by which the simulator knows what to do to the request. */
export function promptOf(number) {
  return `Fault #${number}: tell me about the sea.`;
}

const first = ({ headers }) => headers['x-stainless-retry-count'] === '0';

/** Whether an endpoint is in bad weather: five seconds of ten. */
const stormy = () => Date.now() % 10_000 < 5_000;

const tool = {
  content: [{ type: 'tool_use', name: 'delete_files', input: { path: '/' }, partialJson: '{"path": "/' }],
  stopReason: 'max_tokens',
};

/** What the simulator does, by number of the fault; `when` a request has to be so beside. What is not here the soak does itself. */
const SCRIPTED = {
  6: [{ fault: { kind: 'stallAfterHeaders' }, when: first }],
  7: [{ fault: { kind: 'resetMidStream', afterDeltas: 3 } }],
  8: [{ fault: { kind: 'truncateStream', afterDeltas: 3 } }],
  9: [{ fault: { kind: 'resetBeforeHeaders' }, when: first }],
  10: [{ fault: { kind: 'errorEvent', type: 'overloaded_error', afterDeltas: 3 } }],
  11: [{ fault: { kind: 'pingsOnly', everyMs: 100 }, when: first }],
  12: [{ fault: { kind: 'splitBytes', chunkBytes: 7 } }],
  13: [{ fault: { kind: 'unknownEvents' } }],
  14: [{ fault: { kind: 'malformedEvent', afterDeltas: 3 } }],
  15: [{ reply: tool }],
  16: [{ fault: { kind: 'hugeEvent', bytes: 10 * 1024 * 1024 }, when: first }],
  17: [{ fault: { kind: 'hang' } }],
  18: [{ fault: { kind: 'slowStream', perEventMs: 15 } }],
  20: [{ fault: { kind: 'slowStream', perEventMs: 15 } }],
  21: [{ reply: 'many words '.repeat(5_000) }],
  22: [{ fault: { kind: 'status', status: 429, retryAfter: 2 }, when: (request) => first(request) && stormy() }],
  23: [{ fault: { kind: 'status', status: 429, retryAfter: 3_600 } }],
  24: ['Thu, 01 Jan 2026 00:00:00 GMT', '-5', 'soon', '1e9', ''].map((retryAfter, index) => ({
    fault: { kind: 'status', status: 429, retryAfter },
    when: (request) => first(request) && Math.floor(Date.now() / 1_000) % 5 === index,
  })),
  25: [{ fault: { kind: 'status', status: 529 }, when: stormy }],
  26: [{ fault: { kind: 'status', status: 500 }, when: stormy }],
  27: [{ fault: { kind: 'status', status: 500 }, when: first }],
  28: [400, 413].map((status) => ({
    fault: { kind: 'status', status },
    when: ({ stream }) => stream === (status === 400),
  })),
  33: [{ fault: { kind: 'status', status: 502 } }],
  34: [
    { fault: { kind: 'emptyBody' }, when: ({ stream }) => stream },
    { fault: { kind: 'malformedJson' }, when: ({ stream }) => !stream },
  ],
  35: [{ fault: { kind: 'corruptGzip' }, when: first }],
};

/** Has a simulator do all of this. */
export function script(simulator) {
  for (const [number, rules] of Object.entries(SCRIPTED)) {
    for (const { fault, reply, when = () => true } of rules) {
      const rule = simulator.onMessage((request) => request.userText.includes(`#${number}:`) && when(request));
      if (reply !== undefined) rule.reply(reply);
      if (fault !== undefined) rule.failWith(fault);
    }
  }
}
