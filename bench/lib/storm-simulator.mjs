// A simulator in a process of its own that can be told to fail every message, and to stop it. It answers with the number
// of requests it has had.
import { AnthropicSimulator } from 'nestjs-claude/testing';

/** A refusal takes as long as an answer: long enough for requests to be on the wire at the same time. */
const ANSWER_MS = 20;

const simulator = await AnthropicSimulator.start({ record: 'usage', latency: { jsonMs: ANSWER_MS } });
let forgotten = 0;

process.on('message', ({ weather, retryAfter }) => {
  if (weather !== undefined) {
    forgotten += simulator.requests.length;
    simulator.reset();
  }
  if (weather === 'storm') {
    simulator.onMessage().failWith({ kind: 'status', status: 529, retryAfter }).after(ANSWER_MS);
  }
  process.send({ requests: forgotten + simulator.requests.length });
});
process.send({ url: simulator.url });
process.on('disconnect', () => process.exit(0));
