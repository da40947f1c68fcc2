import type { InjectionRule } from '../injection-rule.js';
import { phrase } from '../phrase.js';

const over = 'words';
const category = 'jailbreak';

/** To have the model leave its rules behind. Most of these say little alone, as people do talk so. */
export const JAILBREAK_RULES: readonly InjectionRule[] = [
  { id: 'do_anything_now', category, over, score: 0.6, expression: phrase('DO ALL NOW') },
  { id: 'called_dan', category, over, score: 0.3, expression: phrase('YOU|ACT|AI|AGENT ~4 DAN') },
  { id: 'dan_can', category, over, score: 0.3, expression: phrase('DAN ~1 CAN|BE|DO|MUST|NEVER') },
  { id: 'no_limits', category, over, score: 0.42, expression: phrase('NO|FREE|NOT|NEVER|BYPASS ~3 LIMITS') },
  { id: 'no_barriers', category, over, score: 0.3, expression: phrase('NO|FREE ~2 BARRIER') },
  {
    id: 'not_bound',
    category,
    over,
    score: 0.4,
    expression: phrase('NOT|NO|NEVER ~1 BOUND ~3 ORDERS|LIMITS|BARRIER|ALL|THE|SYSTEM|AI'),
  },
  { id: 'no_orders', category, over, score: 0.35, expression: phrase('NO|FREE ~2 ORDERS') },
  {
    id: 'not_following_limits',
    category,
    over,
    score: 0.4,
    expression: phrase('NOT|NEVER ~2 FOLLOW|CARE ~3 LIMITS|ORDERS|BARRIER|VICE'),
  },
  { id: 'never_refuses', category, over, score: 0.4, expression: phrase('NEVER|NOT|NO ~2 REFUSE') },
  { id: 'you_are_now', category, over, score: 0.2, expression: phrase('YOU ~2 NOW ~1 BE|ACT|AI|AGENT|DAN|CALL|THE') },
  { id: 'you_become', category, over, score: 0.15, expression: phrase('YOU BE|MUST NOW|MUST|BE') },
  { id: 'from_now_on', category, over, score: 0.15, expression: phrase('OF NOW ~2 YOU') },
  { id: 'act_as_ai', category, over, score: 0.25, expression: phrase('ACT ~4 AI|DAN') },
  { id: 'act', category, over, score: 0.12, expression: phrase('YOU ~3 ACT') },
  { id: 'in_character', category, over, score: 0.2, expression: phrase('BREAK|NEVER|NOT|LEAVE ~2 CHARACTER') },
  { id: 'vice', category, over, score: 0.12, expression: phrase('VICE') },
  { id: 'vices', category, over, score: 0.25, expression: phrase('VICE ~3 VICE') },
  { id: 'vicious_answers', category, over, score: 0.2, expression: phrase('VICE ~2 ANSWER|AI|TASKS') },
  {
    id: 'vice_without_limits',
    category,
    over,
    score: 0.3,
    expression: phrase('VICE ~6 NO|NEVER|NOT ~3 LIMITS|REFUSE'),
  },
  { id: 'two_answers', category, over, score: 0.35, expression: phrase('TWO ~3 WAYS|ANSWER|ACT') },
  { id: 'answer_as_ai', category, over, score: 0.15, expression: phrase('ANSWER ~3 AI|DAN|CHARACTER') },
  { id: 'ai_maker', category, over, score: 0.15, expression: phrase('OF|MADE ~1 AI') },
  { id: 'ai_rules_of_maker', category, over, score: 0.3, expression: phrase('AI ~3 ORDERS|LIMITS') },
  { id: 'i_am_your_maker', category, over, score: 0.35, expression: phrase('ME BE? YOUR|THE? AUTHORITY') },
  { id: 'maker_speaks', category, over, score: 0.3, expression: phrase('MAKER') },
  { id: 'as_an_ai_maker', category, over, score: 0.4, expression: phrase('AI MADE OF AI') },
  { id: 'user_is_authority', category, over, score: 0.45, expression: phrase('USER BE NOW ~1 AUTHORITY') },
  { id: 'must_answer_all', category, over, score: 0.3, expression: phrase('YOU MUST ~1 ANSWER ~1 ALL') },
  { id: 'all_answered', category, over, score: 0.2, expression: phrase('ALL ANSWER') },
  { id: 'must_obey', category, over, score: 0.25, expression: phrase('YOU MUST|CAN ~2 FOLLOW|ANSWER ~3 ALL|ME|NO') },
  { id: 'mode', category, over, score: 0.2, expression: phrase('AUTHORITY|VICE|DAN|BYPASS|AI MODE') },
  { id: 'mode_enabled', category, over, score: 0.25, expression: phrase('ENABLE ~3 MODE') },
  {
    id: 'game_without_limits',
    category,
    over,
    score: 0.2,
    expression: phrase('GAME|WORLD ~6 NO|DROP|NOT ~3 LIMITS|BARRIER|ORDERS'),
  },
  { id: 'break_free', category, over, score: 0.35, expression: phrase('BREAK ~1 FREE') },
  { id: 'can_do_all', category, over, score: 0.15, expression: phrase('CAN ~1 DO|TELL|ANSWER ~1 ALL') },
];
