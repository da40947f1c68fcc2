import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import { Controller, Get, Inject, Module, Query, type DynamicModule, type INestApplication } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { ClaudeService, type ClaudeModuleOptions } from 'nestjs-claude';
import { ClaudeHealthIndicator, type ClaudeHealthDetail } from 'nestjs-claude/health';
import { AnthropicSimulator, ClaudeTestingModule } from 'nestjs-claude/testing';
import type { Clock } from '../../libs/claude/src/call/clock.js';
import { createRuntime } from '../../libs/claude/src/claude.runtime.js';
import { CLAUDE_OPTIONS, CLAUDE_RUNTIME } from '../../libs/claude/src/claude.tokens.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { FAST_RETRY } from '../support/claude-harness.js';
import type { HttpPlatform } from '../support/contexts.js';

@Controller('health')
class ReadinessController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(ClaudeHealthIndicator) private readonly claude: ClaudeHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready(@Query('instance') instance?: string): Promise<HealthCheckResult> {
    return this.health.check([() => this.claude.isHealthy('claude', { instance })]);
  }
}

/** As one writes it in an application. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [ReadinessController],
  providers: [ClaudeHealthIndicator],
})
class ReadinessModule {}

/** What a readiness probe is told. */
export interface Readiness {
  readonly code: number;
  readonly status: HealthCheckResult['status'];
  readonly claude: ClaudeHealthDetail & { readonly status: string };
}

export interface HealthApp {
  readonly app: INestApplication;
  readonly claude: ClaudeService;
  readonly sim: AnthropicSimulator;
  ready(query?: string): Promise<Readiness>;
}

const opened: INestApplication[] = [];

afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
});

/** An application with a readiness route, by Terminus; its module goes by the clock, where one is given. */
export async function bootHealth(
  platform: HttpPlatform,
  claude: Omit<ClaudeModuleOptions, 'baseURL'> = {},
  { more = [], clock }: { readonly more?: readonly DynamicModule[]; readonly clock?: Clock } = {},
): Promise<HealthApp> {
  const options = { retry: FAST_RETRY, client: { logLevel: 'off' as const }, ...claude };
  const imports = [ClaudeTestingModule.forRoot({ claude: options }), ReadinessModule, ...more];
  const builder = Test.createTestingModule({ imports });
  if (clock !== undefined) {
    const factory = (given: object): object => createRuntime(resolveSettings(given), undefined, { clock });
    builder.overrideProvider(CLAUDE_RUNTIME).useFactory({ factory, inject: [CLAUDE_OPTIONS] });
  }
  const module = await builder.compile();
  const app =
    platform === 'Express'
      ? module.createNestApplication()
      : module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  opened.push(app);
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const ready = async (query = ''): Promise<Readiness> => {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready${query}`);
    const { status, details } = (await answer.json()) as HealthCheckResult;
    return { code: answer.status, status, claude: details?.['claude'] as unknown as Readiness['claude'] };
  };
  return { app, claude: app.get(ClaudeService), sim: app.get(AnthropicSimulator), ready };
}
