/** Groups of words that mean much the same in an attack. A word belongs to one group. */
export const GROUPS = [
  'DROP', // leave aside
  'REMOVE', // what is also done to files and bookings
  'NOT',
  'NO', // without
  'FOLLOW', // obey
  'PRIOR', // before
  'ABOVE',
  'ALL',
  'YOUR',
  'THIS',
  'THE',
  'ORDERS', // instructions, rules
  'COMMANDS', // the same, and what one buys or types
  'TASKS', // what one was about to do
  'PROMPT',
  'SYSTEM',
  'LIMITS', // restrictions, morals
  'BARRIER', // the same, and what software has
  'SHOW',
  'TELL', // verbs that also ask for ordinary output
  'WRITE', // verbs that mostly do
  'WHAT',
  'SECRET',
  'KEY',
  'NEW',
  'NOW',
  'YOU',
  'BE',
  'ACT',
  'AI',
  'AGENT', // what also are people
  'MODE',
  'VICE',
  'REFUSE',
  'TOLD',
  'TEXT',
  'BYPASS',
  'ME',
  'AUTHORITY',
  'ANSWER',
  'DAN',
  'MAKER', // I, who made you
  'AND',
  'MUST',
  'CAN',
  'DO',
  'BREAK',
  'CHARACTER',
  'NEVER',
  'TWO',
  'WAYS',
  'FOCUS',
  'BEHIND',
  'LEAVE',
  'VOID',
  'SEND',
  'CALL',
  'TOOL',
  'LINK',
  'CLICK',
  'CARE',
  'BEFORE',
  'PAGE',
  'NOTE',
  'TO',
  'FOR',
  'OF',
  'REMEMBER',
  'WORLD',
  'ENABLE',
  'BOUND',
  'USER',
  'GAME',
  'MADE',
  'FREE',
] as const;

/** A group of words that mean much the same in an attack. */
export type WordGroup = (typeof GROUPS)[number];

/** Words of one language by group, separated by spaces; `instru*` is every word that begins so. */
export type Lexicon = Readonly<Partial<Record<WordGroup, string>>>;
