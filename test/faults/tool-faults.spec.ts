import { toolUses } from 'nestjs-claude';
import { bootClaude, PARAMS, type ClaudeHarness } from '../support/claude-harness.js';
import { expectNothingHeld, fault } from './support.js';

let harness: ClaudeHarness;
beforeEach(async () => {
  harness = await bootClaude();
});
afterEach(() => expectNothingHeld(harness));

const TOOL = {
  name: 'delete_files',
  description: 'Deletes everything below a path.',
  input_schema: { type: 'object' as const, properties: { path: { type: 'string' } } },
};
const INCOMPLETE = { status: 'incomplete', id: expect.any(String), name: TOOL.name, stopReason: 'max_tokens' };

/** An answer that ends within the input of a tool. What there is of it happens to be the worst there could be. */
function cutOffTool(): void {
  harness.sim.onMessage().reply({
    content: [
      { type: 'text', text: 'I delete them.' },
      { type: 'tool_use', name: TOOL.name, input: { path: '/' }, partialJson: '{"path": "/' },
    ],
    stopReason: 'max_tokens',
  });
}

fault(15, 'a tool input cut off by max_tokens is typed as incomplete and has no input', async () => {
  cutOffTool();
  const params = { ...PARAMS, tools: [TOOL] };
  const whole = toolUses(await harness.claude.messages.create(params));
  const streamed = toolUses(await harness.claude.messages.stream(params).finalMessage());
  expect(whole).toEqual([INCOMPLETE]);
  expect(streamed).toEqual([INCOMPLETE]);
  expect(harness.records.map(({ outcome }) => outcome.kind)).toEqual(['succeeded', 'succeeded']);
});

fault(15, "the SDK's tool runner does not run it", async () => {
  cutOffTool();
  const run = jest.fn(() => 'done');
  const params = { ...PARAMS, tools: [{ ...TOOL, type: 'custom' as const, run, parse: (input: unknown) => input }] };
  const ways = [{ stream: false }, { stream: true }, { stream: true, runToolsEagerly: true }];
  for (const way of ways) {
    const last = await harness.claude.beta.messages.toolRunner({ ...params, ...way }).runUntilDone();
    expect(toolUses(last)).toEqual([INCOMPLETE]);
  }
  expect(run).not.toHaveBeenCalled();
  harness.sim.assertCalled({ times: ways.length });
});
