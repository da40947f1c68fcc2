import {
  ADAPTIVE_CONCURRENCY_DEFAULTS,
  type AdaptiveConcurrencyOptions,
} from '../admission/adaptive-concurrency.options.js';
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
  const window = windowOf(options);
  const rules = Object.entries(models).map(([name, limits]) => [`rateLimit.models.${name}`, limits] as const);
  return [
    ...limitContradictions('rateLimit', options, window),
    ...rules.flatMap(([path, limits]) => namesNoLimit(path, limits).concat(limitContradictions(path, limits, window))),
    ...strangers(options, fallbackModels),
    ...sharedRules(options),
    ...sharedModels(options),
    ...(strictWindow && safety !== undefined ? [SAFETY_UNHEARD] : []),
    ...(concurrency ? disorder(concurrency) : []),
    ...(queue ? emptyQueue(queue) : []),
  ];
}

const SAFETY_UNHEARD =
  '`rateLimit.safety` would do nothing with `rateLimit.strictWindow`, whose `utilization` takes its place: remove one of them.';

function disorder(concurrency: AdaptiveConcurrencyOptions): string[] {
  const [group, defaults] = ['rateLimit.concurrency', ADAPTIVE_CONCURRENCY_DEFAULTS] as const;
  return [
    ...ordered(group, concurrency, defaults, 'min', 'initial'),
    ...ordered(group, concurrency, defaults, 'initial', 'max'),
  ];
}

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
