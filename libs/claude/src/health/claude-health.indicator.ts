import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { instanceOf } from '../instance-of.js';
import { ClaudeHealthService } from './claude-health.service.js';
import type { ClaudeHealth } from './health-report.js';
import type { HealthRuleOptions } from './health.options.js';

/** What a single check of the indicator may say. */
export interface ClaudeHealthIndicatorOptions extends HealthRuleOptions {
  /** Name of the module instance. Default: the one without a name. */
  readonly instance?: string;
}

/** What the indicator tells beside Terminus' own `status`. */
export interface ClaudeHealthDetail {
  readonly health: ClaudeHealth['status'];
  readonly rules: ClaudeHealth['rules'];
}

const WHO = { guard: 'ClaudeHealthIndicator', option: 'instance' };

/**
 * Claude for Terminus, 11 and 12. List it among the providers of a module that imports `TerminusModule`:
 *
 * ```ts
 * @Get('ready') @HealthCheck()
 * ready() {
 *   return this.health.check([() => this.claude.isHealthy('claude')]);
 * }
 * ```
 *
 * `degraded` leaves the answer at 200: Terminus 12 calls it so, Terminus 11 `up`; `health` of the detail tells it under both.
 */
@Injectable()
export class ClaudeHealthIndicator {
  /** By instance, as looking for one costs as much as the check. */
  readonly #services = new Map<string | undefined, ClaudeHealthService>();

  constructor(
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(ModuleRef) private readonly modules: ModuleRef,
  ) {}

  /**
   * How an instance is. Makes no request and waits for nothing.
   *
   * @param key Under which Terminus lists it.
   * @param options Rules for this check, in place of those of the module's `health` options.
   * @throws InvalidOptionsError for a rule or an instance that there is not.
   */
  isHealthy<const Key extends string>(
    key: Key,
    options: ClaudeHealthIndicatorOptions = {},
  ): HealthIndicatorResult<Key> {
    const { instance, ...rules } = options;
    const { status, ...found } = this.#serviceOf(instance).check(rules);
    const detail: ClaudeHealthDetail = { health: status, ...found };
    const session = this.indicators.check(key);
    if (status === 'down') return session.down({ ...detail });
    return status === 'degraded' && 'degraded' in session ? session.degraded({ ...detail }) : session.up({ ...detail });
  }

  #serviceOf(instance: string | undefined): ClaudeHealthService {
    let service = this.#services.get(instance);
    if (service === undefined) {
      service = instanceOf(this.modules, instance, ClaudeHealthService, WHO);
      this.#services.set(instance, service);
    }
    return service;
  }
}
