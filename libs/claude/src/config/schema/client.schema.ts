import { z } from 'zod';
import { fn, isObject, must, object, oneOf, text } from './checks.js';

export const client = z
  .strictObject({
    authToken: text,
    config: object,
    credentials: fn,
    profile: text,
    defaultHeaders: must<object>(
      'headers: an object, an array of pairs or a Headers',
      (value) => typeof value === 'object' && value !== null,
    ),
    defaultQuery: object,
    fetchOptions: object,
    logLevel: oneOf('off', 'error', 'warn', 'info', 'debug'),
    logger: must<object>('a logger with error, warn, info and debug', isObject),
    openTelemetry: must<object | false>('an object or false', (value) => value === false || isObject(value)),
    webhookKey: text,
  })
  .partial();
