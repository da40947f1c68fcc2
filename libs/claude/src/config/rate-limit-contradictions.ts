import { ADAPTIVE_CONCURRENCY_DEFAULTS } from '../admission/adaptive-concurrency.options.js';
import { isKnownModelOrClass } from '../rate-limit/model-class.js';
import type { QueueOptions, RateLimitOptions } from '../rate-limit/rate-limit.options.js';
import { classNamed, windowOf } from '../rate-limit/resolve-rate-limits.js';
import type { RetryOptions } from '../retry/retry.options.js';
import { limitContradictions, namesNoLimit } from './limit-contradictions.js';
import { ordered } from './ordered.js';

type Fallbacks = RetryOptions['fallbackModels'];

/** Options of the rate limits that are fine by themselves and cannot hold together, or would do nothing. */
export function rateLimitContradictions(options: RateLimitOptions, fallbackModels: Fallbacks = {}): string[] {
  const { concurrency, models = {}, queue, safety, strictWindow } = options;
  return [
    ...limitContradictions('rateLimit', options, windowOf(options)),
    ...Object.entries(models).flatMap(([name, limits]) =>
      namesNoLimit(`rateLimit.models.${name}`, limits).concat(
        limitContradictions(`rateLimit.models.${name}`, limits, windowOf(options)),
      ),
    ),
    ...strangers(options, fallbackModels),
    ...sharedRules(options),
    ...sharedModels(options),
    ...(strictWindow && safety !== undefined ? [SAFETY_UNHEARD] : []),
    ...(concurrency
      ? ordered('rateLimit.concurrency', concurrency, ADAPTIVE_CONCURRENCY_DEFAULTS, 'min', 'initial')
      : []),
    ...(concurrency
      ? ordered('rateLimit.concurrency', concurrency, ADAPTIVE_CONCURRENCY_DEFAULTS, 'initial', 'max')
      : []),
    ...(queue ? emptyQueue(queue) : []),
  ];
}

const SAFETY_UNHEARD =
  '`rateLimit.safety` would do nothing with `rateLimit.strictWindow`, whose `utilization` takes its place: remove one of them.';

/** Rules of models that no call can have. */
function strangers({ models = {}, modelClasses = {} }: RateLimitOptions, fallbackModels: Fallbacks = {}): string[] {
  const named = new Set([modelClasses, fallbackModels].flatMap((lists) => Object.entries(lists).flat(2)));
  return Object.keys(models)
    .filter((name) => !named.has(name) && !isKnownModelOrClass(name))
    .map(
      (name) =>
        `\`rateLimit.models.${name}\` matches no known model or model class: correct its spelling, or list the model in \`rateLimit.modelClasses\`.`,
    );
}

/** Rules that would hold for the same models. */
function sharedRules({ models = {}, modelClasses = {} }: RateLimitOptions): string[] {
  const names = Object.keys(models);
  const classes = names.map((name) => classNamed(name, modelClasses));
  return names.flatMap((name, index) => {
    const first = classes.indexOf(classes[index] ?? name);
    if (first === index) return [];
    return [
      `\`rateLimit.models.${names[first]}\` and \`rateLimit.models.${name}\` are rules of models that share their limits: keep one of them.`,
    ];
  });
}

function sharedModels({ modelClasses = {} }: RateLimitOptions): string[] {
  const taken = new Map<string, string>();
  return Object.entries(modelClasses).flatMap(([modelClass, models]) =>
    models.flatMap((model, index) => {
      const other = taken.get(model);
      taken.set(model, modelClass);
      if (other === undefined) return [];
      return [
        `\`rateLimit.modelClasses.${modelClass}[${index}]\` is in \`rateLimit.modelClasses.${other}\` as well: keep it in one of them.`,
      ];
    }),
  );
}

/** How to wait, where nothing may wait. */
function emptyQueue({ maxLength, ...rest }: QueueOptions): string[] {
  if (maxLength !== 0) return [];
  return (['maxWaitMs', 'agingMs', 'fairBy'] as const)
    .filter((name) => rest[name] !== undefined)
    .map(
      (name) =>
        `\`rateLimit.queue.${name}\` would do nothing with \`rateLimit.queue.maxLength\` 0: remove it, or let calls wait.`,
    );
}
