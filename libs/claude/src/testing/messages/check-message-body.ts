import { ApiFailure, check } from '../http/api-failure.js';
import { isObject, type JsonObject } from '../json.js';
import type { ModelCatalogue } from '../models/catalogue.js';
import type { Model } from '../models/model.js';
import { checkCacheControls } from '../usage/cache-control.js';
import { checkBlocks, checkConversation } from './check-conversation.js';
import { checkModelRules } from './check-model-rules.js';
import type { MessageBody } from './message-body.js';

/** A body that passed, and the model it asks for. */
export interface CheckedBody {
  readonly body: MessageBody;
  readonly model: Model;
}

/**
 * Checks a request the way the API does and with much the same messages. Fields it does not know pass, since betas add
 * new ones all the time.
 *
 * @param what A body for `count_tokens` needs no `max_tokens`.
 * @throws ApiFailure 400, or 404 for an unknown model.
 */
export function checkMessageBody(body: unknown, what: 'message' | 'count', catalogue: ModelCatalogue): CheckedBody {
  check(isObject(body), 'Input should be a valid dictionary');
  check(body.model !== undefined, 'model: Field required');
  check(typeof body.model === 'string', 'model: Input should be a valid string');
  if (what === 'message') checkMaxTokens(body.max_tokens);
  checkConversation(body.messages);
  checkSystem(body.system);
  checkTools(body.tools);
  checkToolChoice(body);
  checkScalars(body);
  checkThinking(body);
  checkCacheControls(body);
  const model = catalogue.find(body.model);
  if (!model || model.lifecycle === 'retired') throw new ApiFailure(404, `model: ${body.model}`);
  checkModelRules(body, model);
  return { body: body as MessageBody, model };
}

function checkMaxTokens(maxTokens: unknown): void {
  check(maxTokens !== undefined, 'max_tokens: Field required');
  check(Number.isInteger(maxTokens), 'max_tokens: Input should be a valid integer');
  check(Number(maxTokens) >= 1, 'max_tokens: Input should be greater than or equal to 1');
}

function checkSystem(system: unknown): void {
  if (system === undefined || system === null || typeof system === 'string') return;
  check(Array.isArray(system), 'system: Input should be a valid list');
  checkBlocks(system, 'system');
}

function checkTools(tools: unknown): void {
  if (tools === undefined || tools === null) return;
  check(Array.isArray(tools), 'tools: Input should be a valid list');
  const names = new Set<unknown>();
  for (const [index, tool] of tools.entries()) {
    check(isObject(tool), `tools.${index}: Input should be a valid dictionary`);
    const isCustom = tool.type === undefined || tool.type === null || tool.type === 'custom';
    check(!isCustom || typeof tool.name === 'string', `tools.${index}.custom.name: Field required`);
    check(!isCustom || isObject(tool.input_schema), `tools.${index}.custom.input_schema: Field required`);
    check(tool.name === undefined || !names.has(tool.name), 'tools: Tool names must be unique.');
    names.add(tool.name);
  }
}

function checkToolChoice({ tool_choice: choice, tools }: JsonObject): void {
  if (choice === undefined || choice === null) return;
  check(isObject(choice), 'tool_choice: Input should be a valid dictionary');
  const types = ['auto', 'any', 'tool', 'none'];
  check(types.includes(String(choice.type)), `tool_choice: Input tag should be one of: ${types.join(', ')}`);
  const offered = Array.isArray(tools) ? tools.filter(isObject) : [];
  check(offered.length > 0, 'tool_choice may only be specified while providing tools.');
  if (choice.type !== 'tool') return;
  check(typeof choice.name === 'string', 'tool_choice.tool.name: Field required');
  check(
    offered.some(({ name }) => name === choice.name),
    `Tool '${choice.name}' not found in provided tools`,
  );
}

function checkScalars(body: JsonObject): void {
  const { stream, stop_sequences: stops, temperature, speed } = body;
  check(
    stream === undefined || stream === null || typeof stream === 'boolean',
    'stream: Input should be a valid boolean',
  );
  check(
    stops === undefined || stops === null || (Array.isArray(stops) && stops.every((stop) => typeof stop === 'string')),
    'stop_sequences: Input should be a valid list of strings',
  );
  check(
    temperature === undefined || temperature === null || (Number(temperature) >= 0 && Number(temperature) <= 1),
    'temperature: Input should be between 0 and 1',
  );
  check([undefined, null, 'standard', 'fast'].includes(speed as string), "speed: Input should be 'standard' or 'fast'");
}

function checkThinking(body: JsonObject): void {
  const { thinking, tool_choice: choice } = body;
  if (thinking === undefined || thinking === null) return;
  check(isObject(thinking), 'thinking: Input should be a valid dictionary');
  const types = ['enabled', 'disabled', 'adaptive', 'between_tools'];
  check(types.includes(String(thinking.type)), `thinking: Input tag should be one of: ${types.join(', ')}`);
  if (thinking.type === 'enabled') checkThinkingBudget(thinking.budget_tokens, body.max_tokens);
  const thinks = thinking.type === 'enabled' || thinking.type === 'adaptive';
  const isForced = isObject(choice) && (choice.type === 'any' || choice.type === 'tool');
  check(!thinks || !isForced, 'Thinking may not be enabled when tool_choice forces tool use.');
}

function checkThinkingBudget(budget: unknown, maxTokens: unknown): void {
  check(budget !== undefined, 'thinking.enabled.budget_tokens: Field required');
  check(
    Number.isInteger(budget) && Number(budget) >= 1_024,
    'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
  );
  check(
    maxTokens === undefined || Number(maxTokens) > Number(budget),
    '`max_tokens` must be greater than `thinking.budget_tokens`.',
  );
}
