import { z } from 'zod';
import type { SimulatedRequest } from '../messages/simulated-request.js';

/** Which requests a rule is for: all of the named conditions hold. Texts are searched for a part or a pattern. */
export interface RequestPattern {
  /** The model as it was asked for; a string must be equal. */
  readonly model?: string | RegExp;
  readonly stream?: boolean;
  /** In the text of the system prompt. */
  readonly system?: string | RegExp;
  /** In the text of the last user turn, tool results included. */
  readonly user?: string | RegExp;
  /** The key the request came with. */
  readonly apiKey?: string;
}

/** A pattern, or a function of one's own. */
export type RequestMatcher = RequestPattern | ((request: SimulatedRequest) => boolean);

const text = z.union([z.string(), z.instanceof(RegExp)]);

export const patternFields = {
  model: text.optional(),
  stream: z.boolean().optional(),
  system: text.optional(),
  user: text.optional(),
  apiKey: z.string().optional(),
};

/** The subject of a pattern: a request that comes in, or one that was recorded. */
export type PatternSubject = Pick<SimulatedRequest, 'model' | 'stream' | 'systemText' | 'userText'> & {
  isFrom(apiKey: string): boolean;
};

export function matchesPattern(pattern: RequestPattern, subject: PatternSubject): boolean {
  const { model, stream, system, user, apiKey } = pattern;
  return (
    (model === undefined || (typeof model === 'string' ? subject.model === model : found(model, subject.model))) &&
    (stream === undefined || subject.stream === stream) &&
    (system === undefined || found(system, subject.systemText)) &&
    (user === undefined || found(user, subject.userText)) &&
    (apiKey === undefined || subject.isFrom(apiKey))
  );
}

/** `search` rather than `test`: a sticky or global pattern keeps no state between requests. */
function found(wanted: string | RegExp, within: string): boolean {
  return typeof wanted === 'string' ? within.includes(wanted) : within.search(wanted) >= 0;
}
