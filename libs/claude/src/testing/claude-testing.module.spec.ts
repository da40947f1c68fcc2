import 'reflect-metadata';
import { Inject, Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { ClaudeService } from '../claude.service.js';
import { ClaudeTestingModule, type ClaudeTestingOptions } from './claude-testing.module.js';
import { AnthropicSimulator } from './simulator.js';
import { HELLO, rejectionOf, send } from './spec-support/harness.js';

@Injectable()
class Greeter {
  readonly #claude: ClaudeService;

  constructor(@Inject(ClaudeService) claude: ClaudeService) {
    this.#claude = claude;
  }

  async greet(): Promise<string> {
    const { content } = await this.#claude.messages.create(HELLO);
    return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  }
}

function boot(options?: ClaudeTestingOptions): Promise<TestingModule> {
  return Test.createTestingModule({ imports: [ClaudeTestingModule.forRoot(options)], providers: [Greeter] }).compile();
}

describe('ClaudeTestingModule', () => {
  it('points the module at a simulator of its own', async () => {
    const moduleRef = await boot();
    const simulator = moduleRef.get(AnthropicSimulator);
    simulator.onMessage().reply('Good morning!');
    expect(await moduleRef.get(Greeter).greet()).toBe('Good morning!');
    simulator.assertCalled({ times: 1, apiKey: 'sk-ant-simulated' });
    await moduleRef.close();
  });

  it('hands options to both', async () => {
    const moduleRef = await boot({ simulator: { apiKeys: ['the-key'] }, claude: { retry: false } });
    const simulator = moduleRef.get(AnthropicSimulator);
    simulator.onMessage().failWith(529).once();
    expect(await rejectionOf(moduleRef.get(Greeter).greet())).toMatchObject({ status: 529 });
    simulator.assertCalled({ times: 1, apiKey: 'the-key' });
    await moduleRef.close();
  });

  it('leaves credentials alone that are given', async () => {
    const moduleRef = await boot({ claude: { client: { authToken: 'a-token' } } });
    await moduleRef.get(Greeter).greet();
    const simulator = moduleRef.get(AnthropicSimulator);
    expect(() => simulator.assertCalled({ times: 1, apiKey: 'a-token' })).not.toThrow();
    await moduleRef.close();
  });

  it('closes the simulator with the module', async () => {
    const moduleRef = await boot();
    const simulator = moduleRef.get(AnthropicSimulator);
    await moduleRef.get(Greeter).greet();
    await moduleRef.close();
    expect(simulator.openConnections).toBe(0);
    expect(await rejectionOf(send(simulator, '/v1/models'))).toMatchObject({ message: 'fetch failed' });
  });

  it.each<[string, ClaudeTestingOptions['claude']]>([
    ['options that are refused', { retry: { maxAttempts: -1 } }],
    ['prices that are refused', { cost: { pricing: { file: '/nowhere/prices.json' } } }],
  ])('leaves no simulator behind with %s', async (_what, claude) => {
    const start = jest.spyOn(AnthropicSimulator, 'start');
    const error = await rejectionOf(boot({ claude }));
    expect(error).toMatchObject({ code: 'invalid_options' });
    const simulator = (await start.mock.results[0]?.value) as AnthropicSimulator;
    start.mockRestore();
    expect(await rejectionOf(send(simulator, '/v1/models'))).toMatchObject({ message: 'fetch failed' });
  });

  it('fails the start with options nobody knows', async () => {
    await expect(boot({ simulator: { prot: 1 } as never })).rejects.toThrow('Unrecognized key: "prot"');
  });
});
