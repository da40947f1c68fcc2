import {
  batchResults,
  cancelBatch,
  createBatch,
  deleteBatch,
  listBatches,
  retrieveBatch,
} from '../batches/batches.endpoint.js';
import { countMessageTokens } from '../messages/count-tokens.endpoint.js';
import { createMessage } from '../messages/messages.endpoint.js';
import { listModels, retrieveModel } from '../models/models.endpoint.js';
import { costReport } from '../reports/cost-report.endpoint.js';
import { usageReport } from '../reports/usage-report.endpoint.js';
import type { Simulation } from '../simulation.js';
import type { Exchange } from './exchange.js';

/** Answers one operation. What it throws or rejects with becomes the error answer. */
export type Handler = (exchange: Exchange, simulation: Simulation) => void | Promise<void>;

/** Handlers of one path by method. */
export type Methods = Readonly<Partial<Record<string, Handler>>>;

const PATHS: Readonly<Record<string, Methods>> = {
  '/v1/messages': { POST: createMessage },
  '/v1/messages/count_tokens': { POST: countMessageTokens },
  '/v1/models': { GET: listModels },
  '/v1/messages/batches': { GET: listBatches, POST: createBatch },
  '/v1/organizations/usage_report/messages': { GET: usageReport },
  '/v1/organizations/cost_report': { GET: costReport },
};

/** Where only keys of the Admin API open. */
export function isOfAdmin(path: string): boolean {
  return path.startsWith('/v1/organizations/');
}

const PATTERNS: readonly (readonly [pattern: RegExp, methods: Methods])[] = [
  [/^\/v1\/models\/([^/]+)$/, { GET: retrieveModel }],
  [/^\/v1\/messages\/batches\/([^/]+)$/, { GET: retrieveBatch, DELETE: deleteBatch }],
  [/^\/v1\/messages\/batches\/([^/]+)\/cancel$/, { POST: cancelBatch }],
  [/^\/v1\/messages\/batches\/([^/]+)\/results$/, { GET: batchResults }],
];

export interface Route {
  readonly methods: Methods;
  /** The id in the path, if there is one. */
  readonly id: string;
}

export function findRoute(path: string): Route | undefined {
  const exact = Object.hasOwn(PATHS, path) ? PATHS[path] : undefined;
  if (exact) return { methods: exact, id: '' };
  for (const [pattern, methods] of PATTERNS) {
    const id = pattern.exec(path)?.[1];
    if (id !== undefined) return { methods, id: decode(id) };
  }
  return undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
