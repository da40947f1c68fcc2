import { checkSync } from 'recheck';
import { REDACTION_PATTERNS } from './patterns.js';

jest.setTimeout(180_000);

/** Milliseconds for one pattern. What looks around is beyond proof and is attacked at random as long as that. */
const TIME_MS = 250;

/** The part of it that is JavaScript: another would be a process of its own, or Java. */
const BACKEND = 'RECHECK_BACKEND';

describe('No expression of the redactor', () => {
  const before = process.env[BACKEND];
  beforeAll(() => {
    process.env[BACKEND] = 'pure';
  });
  afterAll(() => {
    if (before === undefined) delete process.env[BACKEND];
    else process.env[BACKEND] = before;
  });

  it.each([
    [/^(a+)+$/g, 'exponential'],
    [/(?<![\w-])(?:\w{1,64}\s{0,8}){1,64}!/g, 'exponential'],
  ])('is as %s, which is found out', (expression, type) => {
    const found = checkSync(expression.source, expression.flags, { timeout: 5_000 });
    expect(found).toMatchObject({ status: 'vulnerable', complexity: { type } });
  });

  it.each(REDACTION_PATTERNS)('can be made to go back and forth: $name', ({ expression }) => {
    expect(checkSync(expression.source, expression.flags, { timeout: TIME_MS }).status).not.toBe('vulnerable');
  });
});
