import { bodySteps, JSON_TYPE, RESET, STALL, type Step } from '../http/step.js';
import type { MessagePlan } from '../messages/message-response.js';
import type { Fault, FaultKind, FaultOf } from './fault.js';
import { JSON_FAULTS, malformedJson } from './json-faults.js';
import { statusSteps } from './status-steps.js';
import { STREAM_FAULTS, type BodyFaultKind, type BodyFaults } from './stream-faults.js';

/** Faults that make an answer slow or odd, but leave it whole. */
const HARMLESS: ReadonlySet<FaultKind> = new Set([
  'slowFirstToken',
  'slowStream',
  'hugeEvent',
  'unknownEvents',
  'splitBytes',
]);

/** Faults of the connection or the status, which need no answer to spoil. */
export type AnswerlessFault = Extract<Fault, { kind: 'status' | 'resetBeforeHeaders' | 'hang' }>;

export function isAnswerless(fault: Fault): fault is AnswerlessFault {
  return fault.kind === 'status' || fault.kind === 'resetBeforeHeaders' || fault.kind === 'hang';
}

/** @param headers Those of every answer, but for the content type and length. */
export function answerlessSteps(
  fault: AnswerlessFault,
  headers: readonly string[],
  requestId: string,
): readonly Step[] {
  if (fault.kind === 'status') return statusSteps(fault, headers, requestId);
  return fault.kind === 'hang' ? [STALL] : [RESET];
}

/** The answer a fault makes of a good one. */
export function faultSteps(fault: Fault, plan: MessagePlan): readonly Step[] {
  if (isAnswerless(fault)) return answerlessSteps(fault, plan.headers, plan.requestId);
  if (fault.kind === 'malformedJson') return malformedJson(plan);
  if (fault.kind === 'emptyBody')
    return bodySteps(200, [...JSON_TYPE, ...plan.headers], '', plan.envelope.answer.outputTokens);
  return bodyFaultSteps(fault.kind, fault, plan);
}

function bodyFaultSteps<K extends BodyFaultKind>(kind: K, fault: FaultOf<K>, plan: MessagePlan): readonly Step[] {
  const faults: BodyFaults = plan.isStream ? STREAM_FAULTS : JSON_FAULTS;
  return faults[kind](fault, plan);
}

export function outcomeOf(fault: Fault): 'completed' | 'faulted' {
  return HARMLESS.has(fault.kind) ? 'completed' : 'faulted';
}

/** Errors cost nothing, nor does an `error` event before any content; whatever else breaks was being generated. */
export function isBilled(fault: Fault, isStream: boolean): boolean {
  if (isAnswerless(fault)) return false;
  if (fault.kind !== 'errorEvent') return true;
  return isStream && !fault.beforeMessageStart && (fault.afterDeltas ?? 0) > 0;
}
