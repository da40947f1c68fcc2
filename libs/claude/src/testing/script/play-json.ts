import { answerlessSteps, isAnswerless } from '../faults/fault-steps.js';
import type { Exchange } from '../http/exchange.js';
import { wait } from '../http/step.js';
import type { Directive } from './rule.js';

/** A plain JSON answer, unless a rule says otherwise. Of the faults only those that need no message apply. */
export function playJson(exchange: Exchange, directive: Directive<unknown> | null, body: object): void {
  const { fault, delayMs = 0 } = directive ?? {};
  if (!fault || !isAnswerless(fault)) return exchange.json(body, wait(delayMs));
  const steps = answerlessSteps(fault, exchange.ownHeaders(), exchange.requestId);
  exchange.play([...wait(delayMs), ...steps], { fault: fault.kind, outcome: 'faulted' });
}
