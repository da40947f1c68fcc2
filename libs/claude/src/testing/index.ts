export {
  admissionStoreCases,
  type AdmissionStoreCase,
  type AdmissionStoreHarness,
} from '../admission/admission-store.contract.js';
export {
  usageLedgerCases,
  type UsageLedgerCase,
  type UsageLedgerHarness,
} from '../cost/ledger/usage-ledger.contract.js';
export { AnthropicSimulator, type IdleOptions, type ResetOptions } from './simulator.js';
export type { BatchOptions, Latency, PromptCacheOptions, RecordLevel, SimulatorOptions } from './simulator.options.js';
export type { ClassLimits, RateLimits } from './limits/rate-limit.options.js';
export type { ModelDefinition, RejectedParameter } from './models/model.js';
export { ManualClock } from './clock/manual-clock.js';
export type {
  AfterDeltas,
  ErrorTypeName,
  Fault,
  FaultKind,
  FaultOf,
  RandomFault,
  StatusFault,
} from './faults/fault.js';
export type { RequestMatcher, RequestPattern } from './script/matcher.js';
export type { Rule } from './script/rule.js';
export type {
  FixedReply,
  FullReply,
  MessageReply,
  ReplyBlock,
  TextReply,
  ThinkingReply,
  ToolUseReply,
} from './messages/reply.js';
export type { MessageBody, MessageTurn } from './messages/message-body.js';
export type { SimulatedRequest } from './messages/simulated-request.js';
export type { JsonObject } from './json.js';
export type { RecordedRequest, RequestOutcome } from './record/recorded-request.js';
export type { Billed, BilledMessage, BilledTotals } from './record/billed.js';
export type { Expectation } from './assertions/expectation.js';
export { SimulatorAssertionError } from './assertions/simulator-assertion-error.js';
export { ClaudeTestingModule, type ClaudeTestingOptions } from './claude-testing.module.js';
