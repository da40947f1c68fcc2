import 'reflect-metadata';
import Anthropic from '@anthropic-ai/sdk';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClaudeModule, ClaudeService } from 'nestjs-claude';
import { ClaudeMetricsModule } from 'nestjs-claude/metrics';
import { Registry } from 'prom-client';
import { PARAMS } from './requests.mjs';

/** What is off by default, for `--everything`: limits, ledger, log, sanitizer and the rest are on anyway. */
const EVERYTHING = {
  cost: { budgets: [{ name: 'everybody', limitUsd: 1_000_000, window: 'month' }] },
  optimize: { strategies: ['cache-breakpoints', { use: 'trim-history', maxInputTokens: 30_000 }] },
};

export function bareClient(baseURL) {
  return new Anthropic({ apiKey: 'bench', baseURL });
}

/** The service of a module in an application of its own, and whatever else of it `get` is asked for. */
export async function claudeService(baseURL, options = {}, everything = false) {
  class BenchModule {}
  const claudeOptions = { apiKey: 'bench', baseURL, ...(everything ? EVERYTHING : {}), ...options };
  const metrics = everything ? [ClaudeMetricsModule.forRoot({ registry: new Registry() })] : [];
  Module({ imports: [ClaudeModule.forRoot(claudeOptions), ...metrics] })(BenchModule);
  const app = await NestFactory.createApplicationContext(BenchModule, { logger: false });
  const claude = app.get(ClaudeService);
  // Somebody always listens: records must be made, as in an application.
  claude.records.subscribe(() => undefined);
  return { claude, get: (token) => app.get(token), close: () => app.close() };
}

export async function json(client) {
  const message = await client.messages.create(PARAMS);
  if (message.type !== 'message') throw new Error('not a message');
}

export async function sse(client) {
  let events = 0;
  for await (const _ of await client.messages.create({ ...PARAMS, stream: true })) events += 1;
  if (events < 8) throw new Error(`only ${events} events`);
}
