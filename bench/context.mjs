// What a view of one call context costs.
import { claudeService } from './lib/clients.mjs';
import { median } from './lib/measure.mjs';

const VIEWS = 200_000;

export async function benchContext() {
  const { claude, close } = await claudeService('http://127.0.0.1:9');
  const rounds = [];
  for (let round = 0; round < 9; round++) {
    const began = performance.now();
    for (let index = 0; index < VIEWS; index++) claude.with({ user: `u${index & 255}`, tags: { feature: 'bench' } });
    rounds.push(((performance.now() - began) * 1000) / VIEWS);
  }
  const resources = [];
  for (let round = 0; round < 9; round++) {
    const began = performance.now();
    for (let index = 0; index < VIEWS; index++)
      void claude.with({ user: `u${index & 255}`, tags: { feature: 'bench' } }).messages;
    resources.push(((performance.now() - began) * 1000) / VIEWS);
  }
  console.log('\n### Views\n\n| | us |\n|---|---:|');
  console.log(`| with(context) | ${median(rounds).toFixed(2)} |`);
  console.log(`| with(context).messages | ${median(resources).toFixed(2)} |`);
  await close();
}
