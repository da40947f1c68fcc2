import { GROUPS, type WordGroup } from './lexicon/word-groups.js';

/** Stands in a sequence of words for one that says nothing to any rule. */
export const OTHER_WORD = '-';
/** Stands for the end of a sentence, which no gap reaches across. */
export const SENTENCE_END = '.';

/** The character that stands for a group of words. */
export const SYMBOLS: ReadonlyMap<WordGroup, string> = new Map(
  GROUPS.map((group, index) => [group, String.fromCharCode(0x4e00 + index)] as const),
);

/**
 * Makes an expression over sequences of words of a phrase: `DROP ~3 ALL|YOUR ~2 ORDERS` is a word of the group DROP, at
 * most three words, one of ALL or YOUR, at most two words, and one of ORDERS, all in one sentence. `NEW?` may be missing,
 * and `^` and `$` are the beginning and the end of a sentence.
 */
export function phrase(notation: string): RegExp {
  const source = notation.split(' ').map((part) => {
    if (part === '^') return `(?<![^${SENTENCE_END}])`;
    if (part === '$') return `(?=[${SENTENCE_END}]|$)`;
    if (part.startsWith('~')) return `[^${SENTENCE_END}]{0,${Number(part.slice(1))}}?`;
    const optional = part.endsWith('?');
    return `[${symbolsOf(optional ? part.slice(0, -1) : part)}]${optional ? '?' : ''}`;
  });
  return new RegExp(source.join(''), 'g');
}

function symbolsOf(alternatives: string): string {
  return alternatives
    .split('|')
    .map((name) => {
      const symbol = SYMBOLS.get(name as WordGroup);
      if (symbol === undefined) throw new Error(`There is no group of words '${name}'.`);
      return symbol;
    })
    .join('');
}
