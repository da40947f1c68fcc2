import { z } from 'zod';
import { count, flag, milliseconds, oneOf, share } from './checks.js';

export const circuit = z
  .strictObject({
    failureRateThreshold: share,
    minimumNumberOfCalls: count,
    windowMs: milliseconds,
    consecutiveFailures: count,
    slowCallDurationThresholdMs: milliseconds,
    slowCallRateThreshold: share,
    baseOpenMs: milliseconds,
    maxOpenMs: milliseconds,
    healthyAfterMs: milliseconds,
    permittedCallsInHalfOpen: count,
    successesToClose: count,
    mode: oneOf('enforce', 'shadow'),
    shareOpenings: flag,
  })
  .partial();
