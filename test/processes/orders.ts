import type { Anthropic } from '@anthropic-ai/sdk';
import type { ClaudeModuleOptions } from 'nestjs-claude';

/** What a process is told to do. */
export interface Orders {
  readonly redisUrl: string;
  /** Options of the module; what JSON can hold. */
  readonly options: ClaudeModuleOptions;
  /** How many call at the same time, again and again. */
  readonly callers: number;
  readonly params: Anthropic.MessageCreateParamsNonStreaming;
  /** Of a ledger that all of them share. */
  readonly databaseUrl?: string | undefined;
  /** By how many milliseconds their wall clock is ahead. */
  readonly wallAheadMs: number;
  /** How long leases last. */
  readonly leaseMs: number;
  /** Where they are written down. */
  readonly journal: string;
}

/** What the calls of a process became. */
export interface Tally {
  readonly succeeded: number;
  /** Refusals by name of the error's class. */
  readonly refused: Readonly<Record<string, number>>;
  /** Any other errors. */
  readonly errors: readonly string[];
}

export type ToProcess = { readonly orders: Orders } | { readonly stop: true };
export type FromProcess = { readonly ready: true } | { readonly tally: Tally };
