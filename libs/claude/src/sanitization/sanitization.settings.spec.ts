import { resolveSettings } from '../config/settings.js';
import { isClaudeError } from '../errors/claude-error.js';

function problemsOf(sanitization: unknown): string {
  try {
    resolveSettings({ apiKey: 'sk-test-key-of-this-suite', sanitization }, {});
  } catch (error) {
    if (isClaudeError(error, 'invalid_options')) return error.message;
    throw error;
  }
  return '';
}

const harmless = (): null => null;
const rule = (expression: unknown) => ({ rules: [{ id: 'mine', expression }] });

describe('Options that cannot be accepted fail the start, by path and with the remedy', () => {
  it.each([
    [
      'a preset that there is not',
      { preset: 'paranoid' },
      "`sanitization.preset` must be 'off', 'trusted', 'observe', 'standard' or 'strict'",
    ],
    [
      'a preset of a source that there is not',
      { sources: { user: 'paranoid' } },
      '`sanitization.sources.user` must be',
    ],
    ['a source that there is not', { sources: { web: 'strict' } }, '`sanitization.sources.web` is no option'],
    [
      'an action that there is not',
      { sources: { user: { patterns: 'delete' } } },
      '`sanitization.sources.user.patterns` must be',
    ],
    [
      'a length that would be cut',
      { sources: { user: { length: 'strip' } } },
      '`sanitization.sources.user.length` must be',
    ],
    [
      'a threshold that finds everything',
      { threshold: 0 },
      '`sanitization.threshold` must be a number above 0 and up to 1',
    ],
    ['a limit of none', { limits: { maxBytes: 0 } }, '`sanitization.limits.maxBytes` must be'],
    ['a rule that is no expression', rule('a+'), '`sanitization.rules[0].expression` must be a regular expression'],
    ['a rule that matches nothing', rule(/a*/), '`sanitization.rules[0].expression` matches the empty text'],
    ['a sticky rule', rule(/a/y), '`sanitization.rules[0].expression` must not have the flags'],
    [
      'a rule with nested repetitions',
      rule(/(a+)+b/),
      '`sanitization.rules[0].expression` repeats what itself repeats',
    ],
    [
      'a rule with alternatives of the same',
      rule(/^(?:a|a)*b/),
      '`sanitization.rules[0].expression` takes more than 50 ms',
    ],
    [
      'a rule with repetitions next to each other',
      rule(/x\s*\s*\s*y/),
      '`sanitization.rules[0].expression` takes more than 50 ms',
    ],
    ['a rule with words next to each other', rule(/(?:\w+\s?){1,30}!/), '`sanitization.rules[0].expression`'],
    [
      'an id that is taken',
      { rules: [{ id: 'drop_prior_orders', expression: /a/ }] },
      "`sanitization.rules[0].id` is 'drop_prior_orders', which another rule has",
    ],
    [
      'a rule that there is not, switched off',
      { disabledRules: ['nonsense'] },
      "`sanitization.disabledRules` names 'nonsense'",
    ],
    [
      'a detector that detects nothing',
      { detectors: [{ name: 'x' }] },
      '`sanitization.detectors[0].detect` must be a function',
    ],
    [
      'a detector with no time',
      { detectors: [{ name: 'x', detect: harmless, timeoutMs: 0 }] },
      '`sanitization.detectors[0].timeoutMs` must be',
    ],
    [
      'two detectors of a name',
      {
        detectors: [
          { name: 'x', detect: harmless },
          { name: 'x', detect: harmless },
        ],
      },
      "`sanitization.detectors[1].name` is 'x'",
    ],
  ])('%s', (_, sanitization, problem) => {
    expect(problemsOf(sanitization)).toContain(problem);
  });

  it('all at once', () => {
    const message = problemsOf({
      rules: [
        { id: 'a', expression: /(a+)+/ },
        { id: 'a', expression: /b/ },
      ],
      disabledRules: ['c'],
    });
    expect(message.split('\n  - ')).toHaveLength(4);
  });
});

describe('Options that can', () => {
  it.each([
    ['none', undefined],
    ['off', false],
    ['linear rules', rule(/\bBADGE-\d{6}\b/i)],
    ['bounded rules', rule(/(?:secret|internal)\s{1,3}project\s{1,3}\w{1,20}/)],
    ['what is not given', { preset: undefined, limits: { maxBytes: undefined }, sources: { user: undefined } }],
  ])('%s', (_, sanitization) => {
    expect(problemsOf(sanitization)).toBe('');
  });

  it('keep their defaults where nothing is given', () => {
    const { sanitization } = resolveSettings(
      { apiKey: 'sk-test-key-of-this-suite', sanitization: { limits: { maxBytes: undefined, maxDepth: 8 } } },
      {},
    );
    expect(sanitization).toMatchObject({
      mode: 'enforce',
      threshold: 0.5,
      limits: { maxBytes: 1_048_576, maxDepth: 8 },
    });
    expect(Object.isFrozen(sanitization)).toBe(true);
  });
});
