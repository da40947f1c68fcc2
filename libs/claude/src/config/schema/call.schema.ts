import { z } from 'zod';
import { STRATEGY_NAMES } from '../../call/context.js';
import { STAGE_ORDER } from '../../call/pipeline.js';
import { flag, fn, milliseconds, must, oneOf, text } from './checks.js';

export const timeouts = z
  .strictObject({
    deadlineMs: milliseconds,
    attemptMs: milliseconds,
    firstEventMs: milliseconds,
    idleMs: milliseconds,
    contentIdleMs: milliseconds,
  })
  .partial();

export const context = z
  .strictObject({
    user: text,
    tags: z.record(
      z.string(),
      must<string>('a string', (value) => typeof value === 'string'),
      { error: 'must be an object whose values are strings' },
    ),
    priority: oneOf('interactive', 'normal', 'background'),
    requestType: text,
    endpoint: text,
    strategy: oneOf(...STRATEGY_NAMES),
    optimize: flag,
  })
  .partial();

const place = must<string>(`one of ${STAGE_ORDER.join(', ')}`, (value) => STAGE_ORDER.some((name) => name === value));

const innerPlace = must<string>(
  `one of ${STAGE_ORDER.filter((name) => name !== 'send').join(', ')}; nothing stands after send`,
  (value) => value !== 'send' && STAGE_ORDER.some((name) => name === value),
);

export const stages = z.array(
  z.union([z.strictObject({ before: place, use: fn }), z.strictObject({ after: innerPlace, use: fn })]),
  { error: 'must be an array' },
);
