import 'reflect-metadata';
import { strict as assert } from 'node:assert';
import { createRequire } from 'node:module';
import Anthropic, { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { ClaudeModule, ClaudeService, InvalidOptionsError, isClaudeError } from 'nestjs-claude';
import { ClaudeHealthIndicator } from 'nestjs-claude/health';
import { ClaudeMetricsModule } from 'nestjs-claude/metrics';
import { RedisAdmissionStore } from 'nestjs-claude/redis';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { register } from 'prom-client';

@Injectable()
class Greeter {
  constructor(readonly claude: ClaudeService) {}

  async greet(): Promise<string> {
    const message = await this.claude.with({ user: 'smoke' }).messages.create(PARAMS);
    return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  }
}

const PARAMS = { model: 'claude-haiku-5-5', max_tokens: 64, messages: [{ role: 'user' as const, content: 'Hello' }] };

/** What every consumer must be able to do with the packed package, whatever its module system and Nest version. */
export async function smoke(): Promise<void> {
  const simulator = await AnthropicSimulator.start();
  const options = {
    apiKey: 'test',
    baseURL: simulator.url,
    retry: { baseDelayMs: 1, maxDelayMs: 1, overloadedBaseDelayMs: 1 },
  };

  @Module({
    imports: [ClaudeModule.forRoot(options), ClaudeMetricsModule.forRoot(), TerminusModule.forRoot({ logger: false })],
    providers: [Greeter, ClaudeHealthIndicator],
  })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'], abortOnError: false });
  try {
    const greeter = app.get(Greeter);
    assert.ok(greeter.claude.client instanceof Anthropic, "the client is one of the app's own SDK");

    simulator.onMessage().reply('Hi there');
    assert.equal(await greeter.greet(), 'Hi there');
    assert.equal(await greeter.claude.messages.stream(PARAMS).finalText(), 'Hi there');

    const indicator = app.get(ClaudeHealthIndicator);
    const { status, details } = await app.get(HealthCheckService).check([() => indicator.isHealthy('claude')]);
    assert.deepEqual([status, details.claude?.status, details.claude?.health], ['ok', 'up', 'up']);

    simulator.onMessage().failWith(400);
    await assert.rejects(greeter.greet(), (error: unknown) => error instanceof APIError && error.status === 400);
    simulator.onMessage().failWith(529);
    await assert.rejects(greeter.greet(), (error: unknown) => error instanceof APIError && error.status === 529);
    assert.equal(greeter.claude.activeCalls, 0);
    assert.match(
      await register.metrics(),
      /^anthropic_requests_total\{model="claude-haiku-5-5",status="success"\} 2$/m,
    );

    await simulator.close();
    await assert.rejects(greeter.greet(), (error: unknown) => error instanceof APIConnectionError);
  } finally {
    await app.close();
    await simulator.close();
  }
  await refusesBadOptions();
}

async function refusesBadOptions(): Promise<void> {
  assert.throws(() => new RedisAdmissionStore({ client: {} as never }), InvalidOptionsError);

  @Module({ imports: [ClaudeModule.forRoot({ retry: { maxAttempts: 0 } })] })
  class BadModule {}

  const start = NestFactory.createApplicationContext(BadModule, { logger: false, abortOnError: false });
  await assert.rejects(start, (error: unknown) => {
    assert.ok(error instanceof InvalidOptionsError && isClaudeError(error, 'invalid_options'));
    return error.message.includes('retry.maxAttempts');
  });
}

/** Both builds in one process must recognise each other's errors. */
export async function smokeBothBuilds(from: string): Promise<void> {
  const other = createRequire(from)('nestjs-claude') as typeof import('nestjs-claude');
  assert.ok(isClaudeError(new other.ProtocolError('x'), 'protocol_error'));
}
