/** Where a text of a request comes from, and so how far it is to be trusted. */
export type InputSource = 'user' | 'assistant' | 'system' | 'tool_result' | 'document' | 'tool_definition';

/** What becomes of a finding, from the least to the most. */
export type FindingAction = 'log' | 'flag' | 'strip' | 'block';

/** What kind of thing was found: unseen characters, signs of an injection, a text that is too long or too deep, a failed detector. */
export type FindingKind = 'invisible' | 'injection' | 'length' | 'structure' | 'detector';

/** Something the sanitizer found. Where and by which rule, never the text: that may hold a secret. */
export interface InputFinding {
  readonly rule: string;
  readonly kind: FindingKind;
  /** What an injection is after: `override`, `extraction`, `jailbreak`, `indirect`, `smuggling` or one of your own; else the kind. */
  readonly category: string;
  /** How suspicious its text is, from 0 to 1; 1 for what is certain. */
  readonly score: number;
  /** Where in the request, e.g. `messages[2].content[0].text`. */
  readonly path: string;
  readonly source: InputSource;
  /** Offsets in that text, in UTF-16 units: from the first match to the end of the last. */
  readonly start: number;
  readonly end: number;
  /** How often the rule matched there. */
  readonly count: number;
  readonly action: FindingAction;
  /** Whether the action was taken; not in shadow mode. */
  readonly enforced: boolean;
}

/** What a call that was not looked at has. */
export const NO_FINDINGS: readonly InputFinding[] = Object.freeze([]);
