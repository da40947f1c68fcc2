import type { Anthropic } from '@anthropic-ai/sdk';
import type { ApiKey } from '../http/api-keys.js';
import type { Directive } from '../script/rule.js';
import type { Simulation } from '../simulation.js';
import type { CachePlan } from '../usage/prompt-cache.js';
import { usageOf } from '../usage/usage.js';
import { Answer } from './answer.js';
import type { MessageEnvelope } from './message-envelope.js';
import type { PreparedRequest } from './prepared-request.js';
import type { FixedReply, MessageReply } from './reply.js';
import type { SimulatedRequest } from './simulated-request.js';

/** A message ready to be sent, and what the prompt cache makes of its prompt. */
export interface ComposedMessage {
  readonly envelope: MessageEnvelope;
  readonly cachePlan: CachePlan;
}

/** Where and how a message is asked for. */
export interface Occasion {
  readonly key: ApiKey;
  readonly isBeta: boolean;
  readonly serviceTier: 'standard' | 'batch';
}

/** What a rule answers with, or the default answer. A reply that waits gives a promise. */
export function answerTo(
  directive: Directive<MessageReply> | null,
  prepared: PreparedRequest,
  request: SimulatedRequest,
): Answer | Promise<Answer> {
  const reply = directive?.reply;
  if (reply === undefined) return prepared.defaultAnswer;
  const answer = (fixed: FixedReply): Answer => new Answer(fixed, prepared.salt);
  const fixed = typeof reply === 'function' ? reply(request) : reply;
  return fixed instanceof Promise ? fixed.then(answer) : answer(fixed);
}

export function composeMessage(
  simulation: Simulation,
  prepared: PreparedRequest,
  answer: Answer,
  occasion: Occasion,
): ComposedMessage {
  const { model, prompt } = prepared;
  const cachePlan = simulation.cache.plan(occasion.key.organization, model.id, prompt);
  const usage: Anthropic.Usage = {
    ...usageOf(cachePlan, {
      outputTokens: answer.outputTokens,
      thinkingTokens: answer.thinkingTokens,
      serviceTier: occasion.serviceTier,
      inferenceGeo: geoOf(prepared),
      speed: speedOf(prepared),
    }),
    ...answer.usage,
  };
  const id = simulation.ids.next('msg');
  return { envelope: { id, model: model.id, answer, usage, isBeta: occasion.isBeta }, cachePlan };
}

/** A model without a fast mode serves at standard speed and says so. */
export function speedOf({ body, model }: PreparedRequest): 'standard' | 'fast' {
  return body.speed === 'fast' && model.fast ? 'fast' : 'standard';
}

/** Models that reject the parameter have no region to tell. */
function geoOf({ body, model }: PreparedRequest): string | null {
  return model.rejects.includes('inferenceGeo') ? null : (body.inference_geo ?? 'global');
}
