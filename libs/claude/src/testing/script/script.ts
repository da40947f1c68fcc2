import { z } from 'zod';
import type { JsonObject } from '../json.js';
import type { MessageReply } from '../messages/reply.js';
import type { SimulatedRequest } from '../messages/simulated-request.js';
import { parseOrExplain } from '../validation.js';
import { matchesPattern, patternFields, type RequestMatcher } from './matcher.js';
import type { Rule } from './rule.js';
import { RuleBook } from './rule-book.js';

const patternSchema = z.strictObject(patternFields);

/** All rules of a simulator. */
export class Script {
  readonly messages = new RuleBook<MessageReply, SimulatedRequest>();
  readonly counts = new RuleBook<number, SimulatedRequest>();
  readonly models = new RuleBook<JsonObject, null>();
  readonly reports = new RuleBook<JsonObject, null>();

  onMessage(matcher: RequestMatcher = {}): Rule<MessageReply> {
    return this.messages.add(predicateOf(matcher));
  }

  onCountTokens(matcher: RequestMatcher = {}): Rule<number> {
    return this.counts.add(predicateOf(matcher));
  }

  onModels(): Rule<JsonObject> {
    return this.models.add(() => true);
  }

  onReports(): Rule<JsonObject> {
    return this.reports.add(() => true);
  }

  clear(): void {
    for (const book of [this.messages, this.counts, this.models, this.reports]) book.clear();
  }
}

function predicateOf(matcher: RequestMatcher): (request: SimulatedRequest) => boolean {
  if (typeof matcher === 'function') return matcher;
  const pattern = parseOrExplain(patternSchema, matcher, 'matcher');
  return (request) => matchesPattern(pattern, request);
}
