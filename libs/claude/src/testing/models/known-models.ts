import type { ModelDefinition } from './model.js';

const SMALL_WINDOW = { maxInputTokens: 200_000, maxTokens: 64_000, rejects: ['inferenceGeo'] } as const;

/**
 * The models of the SDK's `Model` type, newest first as the Models API lists them. Dates the documentation does not
 * give are left at the epoch.
 */
export const KNOWN_MODELS: readonly ModelDefinition[] = [
  { id: 'claude-fable-5-2', createdAt: '2026-11-09T00:00:00Z', fast: true },
  { id: 'claude-mythos-5-2', createdAt: '2026-11-09T00:00:00Z', fast: true },
  { id: 'claude-haiku-5-5', createdAt: '2026-10-07T00:00:00Z' },
  { id: 'claude-sonnet-5-5', createdAt: '2026-09-28T00:00:00Z' },
  {
    id: 'claude-opus-5-5',
    createdAt: '2026-09-22T00:00:00Z',
    fast: true,
    rejects: ['disabledThinking', 'forcedToolChoice'],
  },
  { id: 'claude-fable-5-1', createdAt: '2026-09-01T00:00:00Z' },
  { id: 'claude-mythos-5-1', createdAt: '2026-09-01T00:00:00Z' },
  { id: 'claude-opus-5', createdAt: '2026-07-24T00:00:00Z', fast: true },
  { id: 'claude-sonnet-5', createdAt: '2026-06-30T00:00:00Z', rejects: ['sampling'] },
  { id: 'claude-fable-5', createdAt: '2026-06-09T00:00:00Z' },
  { id: 'claude-mythos-5', createdAt: '2026-06-09T00:00:00Z' },
  { id: 'claude-opus-4-8', fast: true },
  { id: 'claude-opus-4-7' },
  { id: 'claude-mythos-preview' },
  { id: 'claude-opus-4-6' },
  { id: 'claude-sonnet-4-6' },
  {
    id: 'claude-opus-4-5-20251101',
    aliases: ['claude-opus-4-5'],
    createdAt: '2025-11-01T00:00:00Z',
    ...SMALL_WINDOW,
  },
  {
    id: 'claude-haiku-4-5-20251001',
    aliases: ['claude-haiku-4-5'],
    createdAt: '2025-10-01T00:00:00Z',
    ...SMALL_WINDOW,
  },
  {
    id: 'claude-sonnet-4-5-20250929',
    aliases: ['claude-sonnet-4-5'],
    createdAt: '2025-09-29T00:00:00Z',
    lifecycle: 'deprecated',
    deprecatedAt: '2026-10-01T00:00:00Z',
    retiresAt: '2026-11-30T00:00:00Z',
    ...SMALL_WINDOW,
  },
];
