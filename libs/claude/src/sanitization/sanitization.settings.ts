import type { InputSource } from '../call/input-finding.js';
import { defined } from '../config/defined.js';
import { checkedRules } from './custom-rules.js';
import type { InjectionRule } from './detection/injection-rule.js';
import { INJECTION_RULES } from './detection/rules/injection-rules.js';
import type { DetectorOptions } from './detector-hook.js';
import {
  INPUT_SOURCES,
  LIMIT_DEFAULTS,
  POLICY_PRESETS,
  type PolicyPreset,
  type SanitizationLimits,
  type SanitizationOptions,
  type SourcePolicy,
} from './sanitization.options.js';

/** Options of the sanitizer, checked, with every default filled in. */
export interface SanitizationSettings {
  readonly mode: 'enforce' | 'shadow';
  readonly policies: Readonly<Record<InputSource, SourcePolicy>>;
  readonly limits: Required<SanitizationLimits>;
  readonly threshold: number;
  readonly rules: readonly InjectionRule[];
  readonly detectors: readonly DetectorOptions[];
}

/** A model's own words are not what attacks come in, and have been read by it before. */
const ASSISTANT_POLICY: SourcePolicy = { invisible: 'strip', patterns: 'log', length: 'log' };

/** @throws InvalidOptionsError for rules that are unsafe or unknown. */
export function resolveSanitization(options: SanitizationOptions = {}): SanitizationSettings {
  const { mode = 'enforce', preset = 'standard', sources = {}, limits, threshold = 0.5, detectors = [] } = options;
  const policyOf = (source: InputSource): SourcePolicy => {
    const given = sources[source];
    const base = baseOf(source, preset);
    return typeof given === 'string' ? POLICY_PRESETS[given] : Object.freeze({ ...base, ...defined(given) });
  };
  const disabled = new Set(options.disabledRules);
  return Object.freeze({
    mode,
    policies: Object.freeze(
      Object.fromEntries(INPUT_SOURCES.map((source) => [source, policyOf(source)])) as Record<
        InputSource,
        SourcePolicy
      >,
    ),
    limits: Object.freeze({ ...LIMIT_DEFAULTS, ...defined(limits) }),
    threshold,
    rules: [...INJECTION_RULES.filter(({ id }) => !disabled.has(id)), ...checkedRules(options)],
    detectors,
  });
}

function baseOf(source: InputSource, preset: PolicyPreset): SourcePolicy {
  if (source === 'system') return POLICY_PRESETS.trusted;
  return source === 'assistant' ? ASSISTANT_POLICY : POLICY_PRESETS[preset];
}
