import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ClaudeHealthService, type ClaudeHealth, type HealthStatus } from 'nestjs-claude';

/** Token of whether `/health` tells details, names among them. */
export const SHOWS_HEALTH_DETAIL = Symbol('shows health detail');

/** How each rule stands, without details. */
interface ShortHealth {
  readonly status: HealthStatus;
  readonly rules: Readonly<Record<string, HealthStatus>>;
}

/** For orchestrators. Liveness says that the process answers, whatever becomes of Claude; readiness is 503 while it is down. */
@Controller('health')
export class HealthController {
  constructor(
    @Inject(ClaudeHealthService) private readonly health: ClaudeHealthService,
    @Inject(SHOWS_HEALTH_DETAIL) private readonly showsDetail: boolean,
  ) {}

  @Get()
  detail(@Res({ passthrough: true }) reply: FastifyReply): ClaudeHealth | ShortHealth {
    const health = this.#check(reply);
    return this.showsDetail ? health : shortOf(health);
  }

  @Get('live')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  ready(@Res({ passthrough: true }) reply: FastifyReply): ShortHealth {
    return shortOf(this.#check(reply));
  }

  #check(reply: FastifyReply): ClaudeHealth {
    const health = this.health.check();
    // What a proxy remembers of it would be wrong.
    void reply.code(health.status === 'down' ? 503 : 200).header('cache-control', 'no-store');
    return health;
  }
}

function shortOf({ status, rules }: ClaudeHealth): ShortHealth {
  const found = Object.entries(rules).map(([rule, each]) => [rule, each.status] as const);
  return { status, rules: Object.fromEntries(found) };
}
