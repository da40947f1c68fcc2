import { spawnSync } from 'node:child_process';
import { RULE_EXAMPLES } from '../../spec-support/examples.js';
import { InjectionScanner } from '../injection-scanner.js';
import type { InjectionRule } from '../injection-rule.js';
import { INJECTION_RULES } from './injection-rules.js';

const ids = INJECTION_RULES.map(({ id }) => id);

it('names each rule once, and has examples of each and of no other', () => {
  expect(ids.toSorted()).toEqual(Object.keys(RULE_EXAMPLES).toSorted());
});

it('has scores that are probabilities', () => {
  for (const { score } of INJECTION_RULES) expect(score > 0 && score < 1).toBe(true);
});

describe.each(INJECTION_RULES.map((rule) => [rule.id, rule] as const))('The rule %s', (id, rule) => {
  const { hits, misses } = RULE_EXAMPLES[id] ?? { hits: [], misses: [] };
  // Alone, and told of whatever its score.
  const scanner = new InjectionScanner([rule], rule.score / 2);
  const matches = (text: string): boolean => scanner.scan(text).hits.length > 0;

  it('has examples of both kinds', () => {
    expect([hits.length, misses.length]).not.toContain(0);
  });

  it.each(hits)('matches %j', (text) => {
    expect(matches(text)).toBe(true);
  });

  it.each(misses)('does not match %j', (text) => {
    expect(matches(text)).toBe(false);
  });
});

/** Runs the checker in a process of its own, where it may use all the time it is given. */
const CHECK = `
  process.env.RECHECK_BACKEND = 'pure';
  const { checkSync } = require('recheck');
  const rules = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  const bad = rules.map(({ id, source, flags }) => [id, checkSync(source, flags, { timeout: 60000 }).status]).filter(([, status]) => status !== 'safe');
  process.stdout.write(JSON.stringify(bad));
`;

function unsafe(rules: readonly Pick<InjectionRule, 'id' | 'expression'>[]): unknown {
  const input = JSON.stringify(rules.map(({ id, expression: { source, flags } }) => ({ id, source, flags })));
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', CHECK], { input, encoding: 'utf8' });
  return stdout === '' ? stderr : JSON.parse(stdout);
}

describe('The checker of expressions', () => {
  it('finds every rule safe', () => {
    expect(unsafe(INJECTION_RULES)).toEqual([]);
  }, 600_000);

  it('would find one that is not', () => {
    expect(unsafe([{ id: 'quadratic', expression: /<\|.*\|>/g }])).toEqual([['quadratic', 'vulnerable']]);
  }, 60_000);
});
