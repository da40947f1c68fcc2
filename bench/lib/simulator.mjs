// The simulator in a process of its own, so that its CPU is not counted as the client's.
import { AnthropicSimulator } from 'nestjs-claude/testing';

const simulator = await AnthropicSimulator.start({ record: 'none' });
process.send({ url: simulator.url });
process.on('disconnect', () => process.exit(0));
