import type { Type } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { ClaudeExceptionFilter, type ClaudeModuleOptions } from 'nestjs-claude';
import { ClaudeTestingModule } from 'nestjs-claude/testing';
import type { AppParts, GraphqlApp } from './contexts.js';

/** With the library's filter on the handler. */
export const FILTERED = { filters: [ClaudeExceptionFilter] };

/** With the filter and without: what a guard throws is answered alike where HTTP carries it. */
export const WITH_AND_WITHOUT_FILTER: readonly [string, Partial<AppParts>][] = [
  ['with the filter', FILTERED],
  ['without the filter', {}],
];

export interface Guarded {
  readonly handler: jest.Mock;
  readonly parts: AppParts;
}

/** An application whose handler stands behind a guard and calls nobody. */
export function guardedApp(
  claude: ClaudeModuleOptions,
  parts: Required<Pick<AppParts, 'guards' | 'decorator'>> & Partial<AppParts>,
  answer: unknown = 'done',
): Guarded {
  const handler = jest.fn((_data?: unknown) => answer);
  return { handler, parts: { handler, imports: [ClaudeTestingModule.forRoot({ claude })], ...parts } };
}

/** What a caller is told of an error where no HTTP answer is. */
export interface Report {
  readonly code: string;
  readonly type: string;
  readonly message: string;
  readonly httpStatus: number;
  readonly retryAfterMs?: number;
}

/** The error of a GraphQL field. */
export function graphqlErrorOf({ message, httpStatus, ...report }: Report): unknown {
  const extensions = { ...report, status: httpStatus };
  return expect.objectContaining({ message, path: ['ask'], extensions });
}

/** Sees a query refused: its field ends with an error that tells everything, and no header does. */
export async function expectFieldRefused({ ask }: GraphqlApp, report: Report): Promise<void> {
  const { data, errors, headers } = await ask();
  expect([data, errors]).toEqual([{ ask: null }, [graphqlErrorOf(report)]]);
  expect([headers.get('retry-after'), headers.get('x-claude-refusal')]).toEqual([null, null]);
}

/** The event that a WebSocket client is sent. */
export function exceptionEventOf(report: Report): unknown {
  return { event: 'exception', data: { status: 'error', ...report, cause: { pattern: 'ask' } } };
}

/** What a message of a microservice is rejected with. */
export function rpcErrorOf(report: Report): unknown {
  return { status: 'error', ...report };
}

/** The context of a handler in which there is no HTTP to be had. */
export function contextWithoutHttp(type: string, of: Type, handler: () => void): ExecutionContextHost {
  const context = new ExecutionContextHost([], of, handler);
  context.setType(type);
  jest.spyOn(context, 'switchToHttp').mockImplementation(() => {
    throw new Error('There is no HTTP here.');
  });
  return context;
}
