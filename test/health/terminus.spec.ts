import { ModuleRef } from '@nestjs/core';
import type { HealthIndicatorService } from '@nestjs/terminus';
import { ClaudeModule, type HealthRule } from 'nestjs-claude';
import { ClaudeHealthIndicator } from 'nestjs-claude/health';
import { ManualClock } from 'nestjs-claude/testing';
import { eventually, PARAMS, rejection } from '../support/claude-harness.js';
import { bootHealth, type HealthApp } from './support.js';

const FRAGILE = { retry: false, circuit: { consecutiveFailures: 1, baseOpenMs: 60_000 } } as const;

async function openCircuit({ claude, sim }: HealthApp): Promise<void> {
  sim.onMessage().failWith(500).once();
  await rejection(claude.messages.create(PARAMS));
}

describe.each(['Express', 'Fastify'] as const)('readiness on %s', (platform) => {
  it('is 200 and ok where all is well', async () => {
    const { ready, claude } = await bootHealth(platform);
    await claude.messages.create(PARAMS);
    expect(await ready()).toMatchObject({
      code: 200,
      status: 'ok',
      claude: { status: 'up', health: 'up', rules: { lifecycle: { phase: 'ready' }, key: { usable: 1 } } },
    });
  });

  it('is 200 and says why where it is degraded', async () => {
    const app = await bootHealth(platform, FRAGILE);
    await openCircuit(app);
    expect(await app.ready()).toMatchObject({
      code: 200,
      status: 'degraded',
      claude: { status: 'degraded', health: 'degraded', rules: { circuit: { status: 'degraded', open: 1 } } },
    });
  });

  it('is 503 where it is down', async () => {
    const app = await bootHealth(platform, { ...FRAGILE, health: { failReadinessOn: ['circuit'] } });
    await openCircuit(app);
    expect(await app.ready()).toMatchObject({ code: 503, status: 'error', claude: { status: 'down', health: 'down' } });
  });

  it('is 503 first of all in a shutdown, while calls are still let in', async () => {
    const clock = new ManualClock();
    const { app, claude, ready } = await bootHealth(platform, { health: { drainDelayMs: 5_000 } }, { clock });
    const closed = app.close();
    await claude.messages.create(PARAMS);
    expect(await ready()).toMatchObject({ code: 503, claude: { rules: { lifecycle: { phase: 'draining' } } } });
    clock.advance(5_000);
    await closed;
  });

  it('costs no request upstream, however often it is asked', async () => {
    const { ready, sim } = await bootHealth(platform);
    const answers: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const codes = await Promise.all(Array.from({ length: 100 }, async () => (await ready()).code));
      answers.push(...codes);
    }
    expect(answers).toEqual(answers.map(() => 200));
    expect(sim.requests).toEqual([]);
  }, 60_000);

  it('with the active probe costs one request upstream an interval', async () => {
    const { ready, sim } = await bootHealth(platform, { health: { probe: { intervalMs: 600_000 } } });
    await ready();
    await eventually(() => sim.requests.length === 1, 'the probe was sent', 5_000);
    await Promise.all(Array.from({ length: 200 }, () => ready()));
    expect(sim.requests.map(({ method, path }) => [method, path.split('?')[0]])).toEqual([['GET', '/v1/models']]);
    expect((await ready()).claude.rules.probe).toMatchObject({ status: 'up', outcome: 'succeeded' });
  });
});

describe('the indicator', () => {
  it('looks at the instance it is told', async () => {
    const batch = ClaudeModule.forRoot({ name: 'batch', apiKey: ['sk-ant-one-0123456789', 'sk-ant-two-0123456789'] });
    const app = await bootHealth('Fastify', FRAGILE, { more: [batch] });
    await openCircuit(app);
    expect((await app.ready()).claude).toMatchObject({ health: 'degraded', rules: { key: { total: 1 } } });
    expect((await app.ready('?instance=batch')).claude).toMatchObject({ health: 'up', rules: { key: { total: 2 } } });
  });

  it('says so where there is no such instance, and where a rule is none', async () => {
    const { app } = await bootHealth('Fastify');
    const indicator = app.get(ClaudeHealthIndicator, { strict: false });
    expect(() => indicator.isHealthy('claude', { instance: 'other' })).toThrow(
      "ClaudeHealthIndicator found no instance of ClaudeModule named 'other': register one, or name another with `instance`.",
    );
    expect(() => indicator.isHealthy('claude', { failReadinessOn: ['circuits' as HealthRule] })).toThrow(
      /`failReadinessOn\[0\]` must be/,
    );
  });

  it('takes rules for one check in place of those of the module', async () => {
    const app = await bootHealth('Fastify', FRAGILE);
    await openCircuit(app);
    const indicator = app.app.get(ClaudeHealthIndicator, { strict: false });
    expect(indicator.isHealthy('claude', { failReadinessOn: ['circuit'] }).claude.status).toBe('down');
    expect(indicator.isHealthy('claude', { ignore: ['circuit'] }).claude.status).toBe('up');
  });

  it('is up with the detail where Terminus knows no degraded, as 11 does not', async () => {
    const app = await bootHealth('Fastify', FRAGILE);
    await openCircuit(app);
    // Sessions of Terminus 11 have these two methods alone.
    const session = (key: string): object => ({
      up: (detail: object) => ({ [key]: { status: 'up', ...detail } }),
      down: (detail: object) => ({ [key]: { status: 'down', ...detail } }),
    });
    const indicators = { check: session } as unknown as HealthIndicatorService;
    const indicator = new ClaudeHealthIndicator(indicators, app.app.get(ModuleRef));
    expect(indicator.isHealthy('claude')).toMatchObject({ claude: { status: 'up', health: 'degraded' } });
    expect(indicator.isHealthy('claude', { failReadinessOn: ['circuit'] })).toMatchObject({
      claude: { status: 'down', health: 'down' },
    });
  });
});
