// A simulator in a process of its own whose streams begin at once and go on for minutes.
import { AnthropicSimulator } from 'nestjs-claude/testing';

const simulator = await AnthropicSimulator.start({ record: 'none', latency: { perEventMs: 10_000 } });
process.send({ url: simulator.url });
process.on('disconnect', () => process.exit(0));
