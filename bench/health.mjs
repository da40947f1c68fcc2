// What it costs to ask how things stand: an application with calls of ten models behind it, by Terminus.
import 'reflect-metadata';
import { HealthIndicatorService } from '@nestjs/terminus';
import { ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { ClaudeModule, ClaudeService } from 'nestjs-claude';
import { ClaudeHealthIndicator } from 'nestjs-claude/health';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { median } from './lib/measure.mjs';

const CHECKS = 20_000;
const MODELS = 10;

/** What one check must not take, in microseconds. */
const LIMIT_US = 50;

export async function benchHealth() {
  const simulator = await AnthropicSimulator.start({ models: modelNames().map((id) => ({ id })), record: 'none' });
  const budgets = [{ name: 'all', limitUsd: 1_000, window: 'month' }];
  const options = {
    apiKey: 'sk-ant-bench-0123456789',
    baseURL: simulator.url,
    cost: { budgets, pricing: { unknownModel: 'dearest-known' } },
  };
  const module = await Test.createTestingModule({ imports: [ClaudeModule.forRoot(options)] }).compile();
  await module.init();
  const claude = module.get(ClaudeService);
  for (const model of modelNames()) {
    await claude.messages.create({ model, max_tokens: 16, messages: [{ role: 'user', content: 'Hi' }] });
  }
  const indicator = new ClaudeHealthIndicator(new HealthIndicatorService(), module.get(ModuleRef));
  if (indicator.isHealthy('claude').claude.status !== 'up') throw new Error('It is not up.');
  const rows = [
    ['isHealthy(key)', roundsOf(() => indicator.isHealthy('claude'))],
    ['isHealthy(key, rules)', roundsOf(() => indicator.isHealthy('claude', { failReadinessOn: ['circuit'] }))],
  ];
  await module.close();
  await simulator.close();
  console.log(`\n### Health, after calls of ${MODELS} models\n\n| | us | at most | |\n|---|---:|---:|---|`);
  for (const [name, us] of rows) {
    console.log(`| ${name} | ${us.toFixed(2)} | ${LIMIT_US} | ${us <= LIMIT_US ? 'held' : '**missed**'} |`);
    if (us > LIMIT_US * 1.25) process.exitCode = 1;
  }
}

function modelNames() {
  return Array.from({ length: MODELS }, (_, index) => `claude-haiku-5-${index}`);
}

function roundsOf(check) {
  const rounds = [];
  for (let round = 0; round < 9; round++) {
    const began = performance.now();
    for (let index = 0; index < CHECKS; index++) check();
    rounds.push(((performance.now() - began) * 1000) / CHECKS);
  }
  return median(rounds);
}
