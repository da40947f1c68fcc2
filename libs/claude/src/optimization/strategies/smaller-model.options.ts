import type { CallContext } from '../../call/context.js';
import { SAVINGS_DEFAULTS } from '../../cost/savings/savings.options.js';
import type { RequestFields } from '../strategy.js';

/** What is not given to a smaller model unless it is allowed. */
export const SMALLER_MODEL_ALLOWANCES = ['tools', 'images', 'thinking', 'long-input'] as const;

/** See {@link SMALLER_MODEL_ALLOWANCES}. */
export type SmallerModelAllowance = (typeof SMALLER_MODEL_ALLOWANCES)[number];

/** A task of which somebody has to say whether it is simple. */
export interface ClassifiedTask {
  readonly params: RequestFields;
  readonly model: string;
  readonly context: CallContext;
  /** What the system prompt says, one block a line. */
  readonly systemText: string;
  /** What the last user message says, one block a line. */
  readonly userText: string;
}

/** Gives simple tasks to a smaller model. */
export interface SmallerModelOptions {
  readonly use: 'smaller-model';
  /**
   * Which model may answer in place of which, by any of their ids. Default: `claude-haiku-5-5` for every later Fable, Mythos,
   * Opus and Sonnet. Both need a price, and the smaller one must be dearer in no kind of token.
   */
  readonly models?: Readonly<Record<string, string>>;
  /** Says itself which tasks are simple, in place of words and request types. An error, or a late answer, means no. */
  readonly isSimple?: (task: ClassifiedTask) => boolean | Promise<boolean>;
  /** Milliseconds that `isSimple` may take. Default 1,000. */
  readonly isSimpleTimeoutMs?: number;
  /** Request types, of the call's context, whose tasks are simple whatever they say. Default none. */
  readonly requestTypes?: readonly string[];
  /** Words, or several in a row, one of which makes a task simple; whole words in any case. */
  readonly simpleWords?: readonly string[];
  /** Words one of which makes it not simple, whatever else it says. */
  readonly hardWords?: readonly string[];
  /** How many tokens of input a simple task has at the most, as estimated. Default 2,000. */
  readonly maxInputTokens?: number;
  /** What a smaller model may be given all the same. Default nothing. */
  readonly allow?: readonly SmallerModelAllowance[];
}

/** {@link SmallerModelOptions} with every default filled in. */
export type SmallerModelSettings = Required<Omit<SmallerModelOptions, 'use' | 'isSimple'>> &
  Pick<SmallerModelOptions, 'isSimple'>;

export const SMALLER_MODEL_DEFAULTS: SmallerModelSettings = Object.freeze({
  models: SAVINGS_DEFAULTS.smallerModels,
  isSimpleTimeoutMs: 1_000,
  requestTypes: Object.freeze([]),
  simpleWords: Object.freeze([
    'categorize',
    'category',
    'classify',
    'convert',
    'correct the spelling',
    'detect the language',
    'extract',
    'fix the spelling',
    'label',
    'one word',
    'proofread',
    'rephrase',
    'reformat',
    'sentiment',
    'shorten',
    'spell check',
    'summarize',
    'tag',
    'title for',
    'translate',
    'yes or no',
  ]),
  hardWords: Object.freeze([
    'algorithm',
    'analyze',
    'architecture',
    'calculate',
    'compare',
    'debug',
    'design',
    'diagnose',
    'evaluate',
    'explain why',
    'implement',
    'investigate',
    'legal',
    'medical',
    'negotiate',
    'optimize',
    'plan',
    'proof',
    'prove',
    'reason',
    'refactor',
    'research',
    'solve',
    'step by step',
    'strategy',
    'write code',
  ]),
  maxInputTokens: 2_000,
  allow: Object.freeze([]),
});
