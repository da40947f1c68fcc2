import { z } from 'zod';
import { count, isObject, isText, must, share } from './checks.js';

export const smallerModels = must<Record<string, string>>(
  'an object whose keys and values are model ids, each key with another as its value',
  (value) =>
    isObject(value) &&
    Object.entries(value).every(([larger, smaller]) => isText(larger) && isText(smaller) && larger !== smaller),
);

export const savings = z
  .strictObject({
    smallerModels,
    shortPromptTokens: count,
    shortAnswerTokens: count,
    repeatedShare: share,
    minimumCacheTokens: count,
  })
  .partial();
