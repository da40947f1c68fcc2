import { z } from 'zod';
import {
  INPUT_SOURCES,
  POLICY_PRESETS,
  type InputSource,
  type PolicyPreset,
} from '../../sanitization/sanitization.options.js';
import { count, fn, milliseconds, must, oneOf, share, text, whole } from './checks.js';

const [firstPreset, ...otherPresets] = Object.keys(POLICY_PRESETS) as [PolicyPreset, ...PolicyPreset[]];
const [firstSource, ...otherSources] = INPUT_SOURCES as [InputSource, ...InputSource[]];

const preset = oneOf(firstPreset, ...otherPresets);
const action = oneOf('off', 'log', 'flag', 'strip', 'block');
const policy = z
  .strictObject({ invisible: action, patterns: action, length: oneOf('off', 'log', 'flag', 'block') })
  .partial();
const sourcePolicy = z.union([preset, policy]);

/** Larger than any request the API takes. */
const bytes = whole(1, 2 ** 40);

export const sanitization = z
  .strictObject({
    mode: oneOf('enforce', 'shadow'),
    preset,
    sources: z
      .strictObject({
        user: sourcePolicy,
        assistant: sourcePolicy,
        system: sourcePolicy,
        tool_result: sourcePolicy,
        document: sourcePolicy,
        tool_definition: sourcePolicy,
      } satisfies Record<InputSource, unknown>)
      .partial(),
    limits: z
      .strictObject({
        maxBytes: bytes,
        maxCodePoints: bytes,
        maxTotalBytes: bytes,
        maxTexts: count,
        maxDepth: whole(1, 256),
      })
      .partial(),
    threshold: share,
    rules: z.array(
      z.strictObject({
        id: text,
        expression: must<RegExp>('a regular expression', (value) => value instanceof RegExp),
        category: text.optional(),
        score: share.optional(),
      }),
      { error: 'must be an array' },
    ),
    disabledRules: z.array(text, { error: 'must be an array' }),
    detectors: z.array(
      z.strictObject({
        name: text,
        detect: fn,
        timeoutMs: milliseconds.optional(),
        onFailure: oneOf('open', 'closed').optional(),
        sources: z.array(oneOf(firstSource, ...otherSources), { error: 'must be an array' }).optional(),
      }),
      { error: 'must be an array' },
    ),
  })
  .partial();
