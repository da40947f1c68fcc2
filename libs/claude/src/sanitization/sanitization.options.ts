import type { FindingAction, InputSource } from '../call/input-finding.js';
import type { DetectorOptions } from './detector-hook.js';

export type { InputSource };

/** What becomes of what is found in a text; `off` does not look. */
export interface SourcePolicy {
  /** Characters that nobody sees and that do no work. What cannot be taken out safely is at most flagged. */
  readonly invisible: 'off' | FindingAction;
  /** Signs of an injection. `strip` puts `[removed]` in the place of each. */
  readonly patterns: 'off' | FindingAction;
  /** Texts beyond `limits`. Nothing is ever cut. */
  readonly length: 'off' | Exclude<FindingAction, 'strip'>;
}

/** Policies by name. */
export const POLICY_PRESETS = {
  /** Nothing is looked at. */
  off: { invisible: 'off', patterns: 'off', length: 'off' },
  /** Everything is told, as an event and a count; records and requests stay as they are. */
  trusted: { invisible: 'log', patterns: 'log', length: 'log' },
  /** Everything stands on the record too; requests stay as they are. */
  observe: { invisible: 'flag', patterns: 'flag', length: 'flag' },
  /** The same, and invisible characters are taken out. */
  standard: { invisible: 'strip', patterns: 'flag', length: 'flag' },
  /** Requests with signs of an injection, or beyond the limits, are refused. */
  strict: { invisible: 'strip', patterns: 'block', length: 'block' },
} as const satisfies Readonly<Record<string, SourcePolicy>>;

/** Name of a policy. */
export type PolicyPreset = keyof typeof POLICY_PRESETS;

/** How much a request may hold. */
export interface SanitizationLimits {
  /** Bytes of UTF-8 of one text. Default 1 MiB, which is also as much as patterns are looked for in: of a longer one at its beginning and end. */
  readonly maxBytes?: number;
  /** Code points of one text. Default 1,000,000. */
  readonly maxCodePoints?: number;
  /** Bytes of all texts of a request together. Default 32 MiB. */
  readonly maxTotalBytes?: number;
  /** How many texts a request may have. Further ones are not looked at. Default 10,000. */
  readonly maxTexts?: number;
  /** How deep values may lie in tool inputs, schemas and bodies. What lies deeper is not looked at. Default 32. */
  readonly maxDepth?: number;
}

/** A rule of your own. */
export interface CustomRule {
  /** Unique, also among the built-in ones. */
  readonly id: string;
  /** Linear in the length of the text: it is tried on hostile texts at start. Sees at most 4,096 characters at a time. */
  readonly expression: RegExp;
  /** Default `custom`. */
  readonly category?: string;
  /** Above 0 and up to 1. Default 1. */
  readonly score?: number;
}

/** How what is sent to Claude is looked at. Without any options, findings are flagged, and invisible characters taken out. */
export interface SanitizationOptions {
  /** `shadow` finds and tells all the same, and changes and refuses nothing. Default `enforce`. */
  readonly mode?: 'enforce' | 'shadow';
  /** For every source but `system` and `assistant`. Default `standard`. */
  readonly preset?: PolicyPreset;
  /** By where a text comes from: a preset, or parts of a policy. Default: `trusted` for `system`; `assistant` has its invisible characters taken out, and the rest logged. */
  readonly sources?: Readonly<Partial<Record<InputSource, PolicyPreset | Partial<SourcePolicy>>>>;
  readonly limits?: SanitizationLimits;
  /** The score from which on a place in a text is suspicious, above 0 and up to 1. Default 0.5. */
  readonly threshold?: number;
  /** Rules of your own, beside the built-in ones. */
  readonly rules?: readonly CustomRule[];
  /** Ids of built-in rules that do not apply. */
  readonly disabledRules?: readonly string[];
  /** Models of your own that judge texts. */
  readonly detectors?: readonly DetectorOptions[];
}

/** The same, with every default filled in. */
export const LIMIT_DEFAULTS: Required<SanitizationLimits> = Object.freeze({
  maxBytes: 1_048_576,
  maxCodePoints: 1_000_000,
  maxTotalBytes: 33_554_432,
  maxTexts: 10_000,
  maxDepth: 32,
});

/** Where texts come from. */
export const INPUT_SOURCES: readonly InputSource[] = Object.freeze([
  'user',
  'assistant',
  'system',
  'tool_result',
  'document',
  'tool_definition',
]);
