import { check } from '../http/api-failure.js';
import { isObject, type JsonObject } from '../json.js';
import type { Model, RejectedParameter } from '../models/model.js';

/** Whether a request uses what some models reject, and what they say. */
const RULES: Readonly<Record<RejectedParameter, readonly [uses: (body: JsonObject) => boolean, message: string]>> = {
  disabledThinking: [
    ({ thinking }) => isObject(thinking) && (thinking.type === 'disabled' || thinking.type === 'between_tools'),
    'thinking cannot be turned off for this model',
  ],
  forcedToolChoice: [
    ({ tool_choice: choice }) => isObject(choice) && (choice.type === 'any' || choice.type === 'tool'),
    'tool_choice: forced tool use is not supported by this model',
  ],
  sampling: [
    ({ temperature, top_p: topP, top_k: topK }) => isSet(temperature, 1) || isSet(topP, 1) || isSet(topK),
    'temperature, top_p and top_k: only the default values are supported by this model',
  ],
  inferenceGeo: [
    ({ inference_geo: geo }) => isSet(geo),
    'inference_geo: this parameter is not supported by this model',
  ],
};

/** Checks the limits of the model, and what it is known to reject ("Models" in the Anthropic API docs). */
export function checkModelRules(body: JsonObject, model: Model): void {
  const maxTokens = Number(body.max_tokens ?? 1);
  check(
    maxTokens <= model.maxTokens,
    `max_tokens: ${maxTokens} > ${model.maxTokens}, which is the maximum allowed number of output tokens for ${model.id}`,
  );
  for (const parameter of model.rejects) {
    const [uses, message] = RULES[parameter];
    check(!uses(body), `${message} (${model.id})`);
  }
}

function isSet(value: unknown, byDefault?: number): boolean {
  return value !== undefined && value !== null && value !== byDefault;
}
