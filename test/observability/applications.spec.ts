import { Controller, Get, Inject, Module, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { getToken, PrometheusModule } from '@willsoto/nestjs-prometheus';
import { register, Registry, type Counter } from 'prom-client';
import { ClaudeModule, ClaudeService, InjectClaude, InvalidOptionsError } from 'nestjs-claude';
import { ClaudeMetricsModule, type ClaudeMetricsOptions } from 'nestjs-claude/metrics';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { PARAMS } from '../support/claude-harness.js';
import { Scrape, scrape } from './support.js';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  register.clear();
});

async function simulator(): Promise<AnthropicSimulator> {
  const sim = await AnthropicSimulator.start();
  cleanups.push(() => sim.close());
  return sim;
}

@Controller()
class AskController {
  constructor(
    @Inject(ClaudeService) private readonly claude: ClaudeService,
    @InjectClaude('batch') private readonly batch: ClaudeService,
  ) {}

  @Get('ask')
  async ask(): Promise<string> {
    await this.batch.messages.create(PARAMS);
    return (await this.claude.messages.create(PARAMS)).type;
  }
}

type Imports = NonNullable<Parameters<typeof Module>[0]['imports']>;

/** An application with two instances, and whatever a test adds. */
async function application(imports: Imports, adapter = new ExpressAdapter()): Promise<INestApplication> {
  const { url: baseURL } = await simulator();
  const claude = { apiKey: 'test', baseURL };
  @Module({
    imports: [ClaudeModule.forRoot(claude), ClaudeModule.forRoot({ ...claude, name: 'batch' }), ...imports],
    controllers: [AskController],
  })
  class AppModule {}
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication(adapter);
  cleanups.push(() => app.close());
  await app.init();
  return app;
}

/** Starts with options that are to be refused. */
function start(options: ClaudeMetricsOptions): Promise<unknown> {
  return application([ClaudeMetricsModule.forRoot(options)]);
}

describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter() as unknown as ExpressAdapter],
])('On %s', (_, adapter) => {
  it('the module of @willsoto/nestjs-prometheus serves the calls of every instance', async () => {
    const app = await application([PrometheusModule.register(), ClaudeMetricsModule.forRoot()], adapter());
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    expect(await (await fetch(`${url}/ask`)).text()).toBe('message');

    const answer = await fetch(`${url}/metrics`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, register.contentType]);
    const scraped = new Scrape(await answer.text());
    // The four names of old keep their labels, so they sum the instances up.
    expect(scraped.of('anthropic_requests_total')).toEqual({ '{model="claude-haiku-5-5",status="success"}': 2 });
    expect(scraped.of('anthropic_attempts_total')).toEqual({
      '{claude_instance="default",endpoint="default",outcome="success"}': 1,
      '{claude_instance="batch",endpoint="default",outcome="success"}': 1,
    });
    expect(scraped.series.get('anthropic_active_requests')).toBe(0);
    expect(scraped.series.get('process_cpu_seconds_total')).toBeGreaterThan(0);
  });
});

it('lets applications inject its metrics as those of @willsoto/nestjs-prometheus', async () => {
  const app = await application([ClaudeMetricsModule.forRoot({ prefix: 'shop_' })]);
  await app.get(ClaudeService).messages.create(PARAMS);

  const counter = app.get<Counter>(getToken('anthropic_requests_total'), { strict: false });
  const { name, values } = await counter.get();
  expect(name).toBe('shop_anthropic_requests_total');
  expect(values.filter(({ value }) => value > 0)).toEqual([
    { labels: { model: 'claude-haiku-5-5', status: 'success' }, value: 1 },
  ]);
});

it('counts each call once however many modules ask for it, and goes on when one of them is gone', async () => {
  const registry = new Registry();
  const first = await application([
    ClaudeMetricsModule.forRoot({ registry }),
    ClaudeMetricsModule.forRootAsync({ useFactory: () => ({ registry }) }),
  ]);
  await first.get(ClaudeService).messages.create(PARAMS);

  expect((await scrape(registry)).sum('anthropic_requests_total')).toBe(1);
});

it('goes on counting where an application before it in the process left off', async () => {
  const registry = new Registry();
  const first = await application([ClaudeMetricsModule.forRoot({ registry })]);
  await first.get(ClaudeService).messages.create(PARAMS);
  await first.close();
  const second = await application([ClaudeMetricsModule.forRoot({ registry })]);
  await second.get(ClaudeService).messages.create(PARAMS);

  const scraped = await scrape(registry);
  expect(scraped.sum('anthropic_requests_total')).toBe(2);
  // What is told of how things stand is that of the one that lives.
  expect(scraped.of('anthropic_concurrency_limit')).toMatchObject({
    '{claude_instance="default",endpoint="default"}': expect.any(Number),
  });
  await second.close();
  expect((await scrape(registry)).of('anthropic_concurrency_limit')).toEqual({});
});

it('measures under two prefixes of one registry side by side', async () => {
  const registry = new Registry();
  const app = await application([
    ClaudeMetricsModule.forRoot({ registry }),
    ClaudeMetricsModule.forRoot({ registry, prefix: 'b_' }),
  ]);
  await app.get(ClaudeService).messages.create(PARAMS);

  const scraped = await scrape(registry);
  expect([scraped.sum('anthropic_requests_total'), scraped.sum('b_anthropic_requests_total')]).toEqual([1, 1]);
});

describe('Bad input', () => {
  const LATENCY = 'anthropic_request_latency_seconds';

  it.each<[string, unknown, string]>([
    ['a prefix with a dash', { prefix: 'my-shop_' }, '`prefix` must be letters, digits and `_`'],
    ['a prefix with a digit first', { prefix: '1_' }, '`prefix` must be'],
    ['an empty list of buckets', { buckets: { [LATENCY]: [] } }, `\`buckets.${LATENCY}\` must be an ascending list`],
    ['buckets that fall', { buckets: { [LATENCY]: [2, 1] } }, 'must be an ascending list'],
    ['a bucket twice', { buckets: { [LATENCY]: [1, 1] } }, 'must be an ascending list'],
    ['a bucket of 0', { buckets: { [LATENCY]: [0, 1] } }, 'must be an ascending list'],
    ['a bucket that is no number', { buckets: { [LATENCY]: [1, Number.NaN] } }, 'must be an ascending list'],
    [
      'buckets of what is none',
      { buckets: { anthropic_requests_total: [1] } },
      '`buckets.anthropic_requests_total` is no option',
    ],
    ['an unknown option', { prefixes: 'a' }, '`prefixes` is no option'],
    ['a registry that is none', { registry: {} }, '`registry` must be a Registry of prom-client'],
    ['models that are no list', { models: 'claude-opus-5-5' }, '`models` must be a list'],
  ])('%s ends the start', async (_, options, message) => {
    const error = await start(options as ClaudeMetricsOptions).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(InvalidOptionsError);
    expect((error as Error).message).toContain(message);
  });

  it('a name that another metric has ends the start, with the remedy', async () => {
    const registry = new Registry();
    await application([ClaudeMetricsModule.forRoot({ registry })]);
    const other = { registry, buckets: { [LATENCY]: [1, 2] } };
    await expect(start(other)).rejects.toThrow(/`anthropic_request_latency_seconds` is registered already.*`prefix`/);
  });

  it('an application with nothing to measure ends the start', async () => {
    const imports = [ClaudeMetricsModule.forRoot({ registry: new Registry() })];
    const module = await Test.createTestingModule({ imports }).compile();
    await expect(module.init()).rejects.toThrow('has nothing to measure: import ClaudeModule.forRoot()');
  });
});
