import type { CallContext } from '../call/context.js';
import { featuresOf } from '../call/request-traits.js';
import type { RequestFields } from './strategy.js';

/** What answers are alike in length: those of one model to requests of one kind, in one word. */
export function requestKind(request: {
  readonly model: string;
  readonly params: RequestFields;
  readonly context: CallContext;
}): string {
  return `${request.model} ${request.context.requestType ?? featuresOf(request.params)}`;
}
