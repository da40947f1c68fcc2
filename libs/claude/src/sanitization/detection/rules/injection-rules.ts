import type { InjectionRule } from '../injection-rule.js';
import { EXTRACTION_RULES } from './extraction.rules.js';
import { INDIRECT_RULES } from './indirect.rules.js';
import { JAILBREAK_RULES } from './jailbreak.rules.js';
import { OVERRIDE_RULES } from './override.rules.js';

/** What the sanitizer takes for a sign of an injection, out of the box. */
export const INJECTION_RULES: readonly InjectionRule[] = [
  ...OVERRIDE_RULES,
  ...EXTRACTION_RULES,
  ...JAILBREAK_RULES,
  ...INDIRECT_RULES,
];
