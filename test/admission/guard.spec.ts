import { Controller, Get, UseGuards } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { RateLimited, RateLimiterService, RateLimitGuard } from 'nestjs-claude';
import { AnthropicSimulator, ClaudeTestingModule } from 'nestjs-claude/testing';
import { PARAMS } from '../support/claude-harness.js';

@Controller()
@UseGuards(RateLimitGuard)
class AskController {
  @Get('patient')
  @RateLimited({ model: PARAMS.model })
  patient(): string {
    return 'done';
  }

  @Get('hurried')
  @RateLimited({ model: () => PARAMS.model, maxWaitMs: 0 })
  hurried(): string {
    return 'done';
  }

  @Get('large')
  @RateLimited({ model: PARAMS.model, inputTokens: 5_000 })
  large(): string {
    return 'done';
  }

  @Get('forgotten')
  forgotten(): string {
    return 'done';
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A request every ten seconds and no more at once, so that no slow machine sees the next before its time. */
const LIMITS = { requestsPerMinute: 6, burst: { requests: 1 }, tokensPerMinute: 1_000, safety: 1 };

describe.each(['express', 'fastify'])('RateLimitGuard on %s', (platform) => {
  let app: NestFastifyApplication;

  beforeEach(async () => {
    const claude = { rateLimit: LIMITS };
    const module = await Test.createTestingModule({
      imports: [ClaudeTestingModule.forRoot({ claude })],
      controllers: [AskController],
    }).compile();
    app =
      platform === 'express'
        ? module.createNestApplication({ logger: false })
        : module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
  });

  afterEach(() => app.close());

  const get = async (path: string): Promise<Answer> => {
    const answer = await fetch(`${await app.getUrl()}${path}`);
    return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() };
  };

  it('lets through whoever has to wait no longer than it may, and takes nothing', async () => {
    expect(await get('/hurried')).toMatchObject({ status: 200, text: 'done' });
    expect(await get('/hurried')).toMatchObject({ status: 200, text: 'done' });
    await app.get(RateLimiterService).acquire({ model: PARAMS.model });
    expect(await get('/patient')).toMatchObject({ status: 200, text: 'done' });
    expect(app.get(AnthropicSimulator).requests).toHaveLength(0);
  });

  it('turns away with 429 and Retry-After whoever would have to wait longer', async () => {
    const limiter = app.get(RateLimiterService);
    await limiter.acquire({ model: PARAMS.model });
    const { status, text, headers } = await get('/hurried');
    expect(status).toBe(429);
    expect(headers).toMatchObject({ 'x-claude-refusal': 'limit_exceeded' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(5);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(10);
    expect(JSON.parse(text)).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
    await limiter.pause({ model: PARAMS.model }, 60_000);
    const paused = await get('/patient');
    expect(paused.status).toBe(429);
    expect(Number(paused.headers['retry-after'])).toBeGreaterThan(50);
    expect(Number(paused.headers['retry-after'])).toBeLessThanOrEqual(60);
  });

  it('turns away what there can never be enough for', async () => {
    expect((await get('/large')).status).toBe(413);
  });

  it('says so when nobody told it which limits to ask', async () => {
    expect((await get('/forgotten')).status).toBe(500);
  });
});
