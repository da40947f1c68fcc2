// `npm run test:mutants`, or `npm run test:mutants -- conflict circuit/` for the mutants whose rule or file has such a
// word in it. Breaks one rule after another in a copy of the sources, and fails when a suite of the rule does not notice.
import { readFile } from 'node:fs/promises';
import { Workspace } from './workspace.mjs';

/** Copies that suites run in at the same time. */
const WORKERS = 2;

const VERDICTS = { failed: 'killed', passed: '**survived**', wrong: '**no mutant**' };

const mutants = await wanted(process.argv.slice(2));
const workspaces = await Promise.all(Array.from({ length: WORKERS }, () => Workspace.create()));
try {
  const began = performance.now();
  await checkUnbroken([...new Set(mutants.flatMap(({ suites }) => suites))]);
  const endings = await each(mutants, (mutant, workspace) => workspace.runBroken(mutant));
  report(endings, (performance.now() - began) / 1_000);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await Promise.all(workspaces.map((workspace) => workspace.remove()));
}

async function wanted(words) {
  const all = JSON.parse(await readFile(new URL('mutants.json', import.meta.url), 'utf8'));
  const chosen = all.filter(
    ({ rule, file }) => words.length === 0 || words.some((word) => rule.includes(word) || file.includes(word)),
  );
  if (chosen.length === 0) throw new Error(`No mutant has ${words.join(' or ')} in its rule or file.`);
  return chosen;
}

/** A suite that fails anyway would notice everything. */
async function checkUnbroken(suites) {
  const endings = await each(suites, (suite, workspace) => workspace.run([suite]));
  const ailing = suites.filter((_, index) => endings[index][0].kind !== 'passed');
  if (ailing.length > 0) throw new Error(`Not green with every rule in place: ${ailing.join(', ')}`);
}

/** Does something with each item, as many at a time as there are workspaces; results in the order of the items. */
async function each(items, work) {
  const results = [];
  let next = 0;
  const worker = async (workspace) => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index], workspace);
    }
  };
  await Promise.all(workspaces.map(worker));
  return results;
}

/** @param endings How the suites of each mutant ended. */
function report(endings, seconds) {
  console.log('| rule broken | suite | | by |\n|---|---|---|---|');
  mutants.forEach(({ rule, suites }, index) => {
    suites.forEach((suite, place) => {
      const ending = endings[index][place];
      console.log(`| ${rule} | ${suite.split('/').at(-1)} | ${VERDICTS[ending.kind]} | ${detail(ending)} |`);
    });
  });
  const killed = endings.filter((suites) => suites.every(({ kind }) => kind === 'failed')).length;
  console.log(`\n${killed} of ${endings.length} killed by each of their suites in ${seconds.toFixed(0)} s.`);
  if (killed < endings.length) process.exitCode = 1;
}

/** The first test that failed, or why there was none. */
function detail({ test, why }) {
  return (test ?? why ?? '').trim().split('\n')[0].replaceAll('|', '\\|');
}
