import type { InjectionRule } from '../injection-rule.js';
import { phrase } from '../phrase.js';

const over = 'words';
const category = 'extraction';

/** To have the system prompt, or a secret, shown. */
export const EXTRACTION_RULES: readonly InjectionRule[] = [
  {
    id: 'show_your_system_prompt',
    category,
    over,
    score: 0.8,
    expression: phrase('SHOW|TELL|WHAT|WRITE ~4 YOUR|PRIOR|SECRET ~1 SYSTEM PROMPT|ORDERS|TEXT'),
  },
  {
    id: 'show_system_prompt',
    category,
    over,
    score: 0.65,
    expression: phrase('SHOW ~1 THE|ALL|YOUR ~1 SYSTEM PROMPT|ORDERS|TEXT'),
  },
  {
    id: 'tell_me_system_prompt',
    category,
    over,
    score: 0.65,
    expression: phrase('TELL ME ~2 SYSTEM PROMPT|ORDERS|TEXT'),
  },
  { id: 'show_your_prompt', category, over, score: 0.7, expression: phrase('SHOW|TELL ~3 YOUR|SECRET ~1 PROMPT') },
  { id: 'show_prior_prompt', category, over, score: 0.6, expression: phrase('SHOW ~3 PRIOR|ABOVE|ALL ~1 PROMPT') },
  { id: 'copy_of_whole_prompt', category, over, score: 0.55, expression: phrase('TELL OF ~1 ALL ~1 PROMPT') },
  {
    id: 'show_your_orders',
    category,
    over,
    score: 0.65,
    expression: phrase('SHOW ~3 YOUR|PRIOR|SECRET|SYSTEM|ABOVE ~1 ORDERS'),
  },
  {
    id: 'tell_secret_orders',
    category,
    over,
    score: 0.65,
    expression: phrase('TELL|WRITE ~3 SECRET|SYSTEM ~1 ORDERS|PROMPT'),
  },
  { id: 'tell_your_orders', category, over, score: 0.5, expression: phrase('TELL ME? ~1 YOUR ~1 ORDERS') },
  { id: 'what_is_your_prompt', category, over, score: 0.65, expression: phrase('WHAT BE YOUR|SECRET|PRIOR ~1 PROMPT') },
  { id: 'what_are_your_orders', category, over, score: 0.5, expression: phrase('WHAT BE YOUR|SECRET ~1 ORDERS') },
  {
    id: 'orders_you_were_given',
    category,
    over,
    score: 0.55,
    expression: phrase('SHOW|TELL|WHAT ~3 ORDERS|PROMPT|LIMITS ~1 YOU ~2 TOLD|FOLLOW|BOUND'),
  },
  {
    id: 'show_text_above_this',
    category,
    over,
    score: 0.65,
    expression: phrase('SHOW|TELL ~2 ALL|TEXT|TASKS|PROMPT ~1 ABOVE|BEFORE ~1 THIS|ME|YOUR|PROMPT'),
  },
  { id: 'show_everything_above', category, over, score: 0.55, expression: phrase('SHOW ~1 ALL|TEXT ~1 ABOVE') },
  {
    id: 'what_stood_before',
    category,
    over,
    score: 0.6,
    expression: phrase('WHAT ~3 TEXT ~1 BEFORE|ABOVE ~1 ME|THIS|TEXT|PROMPT'),
  },
  { id: 'your_secret_key', category, over, score: 0.5, expression: phrase('SHOW|TELL|WHAT ~3 YOUR SECRET KEY') },
  { id: 'key_your_secret', category, over, score: 0.5, expression: phrase('WHAT ~2 YOUR KEY SECRET') },
  { id: 'what_is_your_key', category, over, score: 0.25, expression: phrase('WHAT ~2 YOUR KEY') },
  {
    id: 'give_secrets_of_users',
    category,
    over,
    score: 0.35,
    expression: phrase('SHOW|TELL ~3 ALL|SECRET ~1 USER|KEY|SECRET'),
  },
  {
    id: 'show_the_key',
    category,
    over,
    score: 0.35,
    expression: phrase('SHOW ~2 THE|YOUR|SECRET|SYSTEM|AUTHORITY ~2 KEY'),
  },
];
