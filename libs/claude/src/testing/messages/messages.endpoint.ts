import { modelClassOf } from '../../rate-limit/model-class.js';
import { isBilled, faultSteps, outcomeOf } from '../faults/fault-steps.js';
import type { Fault } from '../faults/fault.js';
import { ApiFailure } from '../http/api-failure.js';
import type { Exchange } from '../http/exchange.js';
import { wait } from '../http/step.js';
import type { LimitPool, LimitRefusal } from '../limits/limit-pool.js';
import { fastHeaders, rateLimitHeaders } from '../limits/rate-limit-headers.js';
import type { Directive } from '../script/rule.js';
import type { Simulation } from '../simulation.js';
import { limitedInputTokens, usageOfPart } from '../usage/usage.js';
import type { Answer } from './answer.js';
import { answerTo, composeMessage, speedOf, type ComposedMessage } from './compose-message.js';
import { messageSteps, type MessagePlan } from './message-response.js';
import type { PreparedRequest } from './prepared-request.js';
import type { MessageReply } from './reply.js';
import { SimulatedRequest } from './simulated-request.js';

/** `POST /v1/messages`. */
export function createMessage(exchange: Exchange, simulation: Simulation): void {
  const prepared = simulation.preparer.prepareText(exchange.bodyText, () => exchange.readJson());
  const { script, randomFaults } = simulation;
  const request = new SimulatedRequest(prepared.body, exchange.apiKey.secret, exchange.request.headers);
  const directive = script.messages.isEmpty ? null : script.messages.take(request);
  const fault = directive?.fault ?? randomFaults.draw();
  const send = (answer: Answer): void =>
    new MessageExchange(exchange, simulation, prepared, directive, fault).send(answer);
  const answer = answerTo(directive, prepared, request);
  if (answer instanceof Promise) answer.then(send).catch((error: unknown) => exchange.crash(error));
  else send(answer);
}

/** One request for a message that is to be answered. */
class MessageExchange {
  readonly #exchange: Exchange;
  readonly #simulation: Simulation;
  readonly #prepared: PreparedRequest;
  readonly #directive: Directive<MessageReply> | null;
  readonly #fault: Fault | undefined;
  readonly #pool: LimitPool;

  constructor(
    exchange: Exchange,
    simulation: Simulation,
    prepared: PreparedRequest,
    directive: Directive<MessageReply> | null,
    fault: Fault | undefined,
  ) {
    this.#exchange = exchange;
    this.#simulation = simulation;
    this.#prepared = prepared;
    this.#directive = directive;
    this.#fault = fault;
    const modelClass = modelClassOf(prepared.model.id, speedOf(prepared));
    this.#pool = simulation.limits.of(exchange.apiKey.organization, modelClass);
  }

  send(answer: Answer): void {
    if (this.#exchange.isOver) return;
    const message = composeMessage(this.#simulation, this.#prepared, answer, {
      key: this.#exchange.apiKey,
      isBeta: this.#exchange.isBeta,
      serviceTier: 'standard',
    });
    const billed = !this.#fault || isBilled(this.#fault, this.#prepared.body.stream === true);
    if (billed) this.#admit(message);
    this.#play(message, billed);
  }

  /** @throws ApiFailure 429 when a limit is used up. */
  #admit({ envelope, cachePlan }: ComposedMessage): void {
    const refusal = this.#pool.admit(limitedInputTokens(envelope.usage));
    if (refusal) throw rateLimited(refusal, this.#limitHeaders());
    cachePlan.commit();
  }

  #play(message: ComposedMessage, billed: boolean): void {
    const plan = this.#plan(message);
    const steps = this.#fault ? faultSteps(this.#fault, plan) : messageSteps(plan);
    const delay = wait(this.#directive?.delayMs ?? 0);
    this.#exchange.play(delay.length > 0 ? [...delay, ...steps] : steps, {
      fault: this.#fault?.kind ?? null,
      outcome: this.#fault ? outcomeOf(this.#fault) : 'completed',
      ...(billed && { bill: (generatedTokens: number) => this.#bill(message, generatedTokens) }),
    });
  }

  #plan({ envelope }: ComposedMessage): MessagePlan {
    const { requestId } = this.#exchange;
    const { latency } = this.#simulation.settings;
    const isError = this.#fault?.kind === 'status';
    return {
      envelope,
      isStream: this.#prepared.body.stream === true,
      headers: [...this.#exchange.ownHeaders(), ...(isError ? [] : this.#limitHeaders())],
      requestId,
      latency: this.#directive ? { ...latency, ...this.#directive.latency } : latency,
    };
  }

  /** Fast mode shows its own pool beside that of the model class. */
  #limitHeaders(): readonly string[] {
    const wallMs = this.#simulation.clock.wall();
    if (speedOf(this.#prepared) === 'standard') return rateLimitHeaders(this.#pool, wallMs);
    const modelClass = modelClassOf(this.#prepared.model.id);
    const standard = this.#simulation.limits.of(this.#exchange.apiKey.organization, modelClass);
    return [...rateLimitHeaders(standard, wallMs), ...fastHeaders(this.#pool, wallMs)];
  }

  #bill({ envelope }: ComposedMessage, generatedTokens: number): void {
    const { id, model, answer } = envelope;
    const usage = usageOfPart(envelope.usage, generatedTokens, answer.outputTokens);
    const isComplete = generatedTokens >= answer.outputTokens;
    this.#pool.outputTokens.take(usage.output_tokens);
    if (this.#exchange.draft) this.#exchange.draft.billed = usage;
    const { requestId, apiKey } = this.#exchange;
    this.#simulation.bill({ requestId, messageId: id, model, usage, isComplete }, apiKey);
  }
}

function rateLimited({ what, limit, retryAfterMs }: LimitRefusal, headers: readonly string[]): ApiFailure {
  const retryAfter = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  return new ApiFailure(
    429,
    `This request would exceed your organization's rate limit of ${limit} ${what} per minute. Please reduce the prompt ` +
      'length or the maximum tokens requested, or try again later.',
    { headers: ['retry-after', retryAfter, ...headers] },
  );
}
