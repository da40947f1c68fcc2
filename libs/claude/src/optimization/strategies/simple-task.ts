import type { ClassifiedTask, SmallerModelSettings } from './smaller-model.options.js';
import { WordList } from './words.js';

/** Tells by the call's request type, else by the words in it, whether a task is simple. */
export class SimpleTaskRules {
  readonly #requestTypes: ReadonlySet<string>;
  readonly #simple: WordList;
  readonly #hard: WordList;

  constructor({ requestTypes, simpleWords, hardWords }: SmallerModelSettings) {
    this.#requestTypes = new Set(requestTypes);
    this.#simple = new WordList(simpleWords);
    this.#hard = new WordList(hardWords);
  }

  /** Why a task is simple; `null` for one that is not known to be. */
  why({ context, systemText, userText }: ClassifiedTask): string | null {
    const { requestType } = context;
    if (requestType !== undefined && this.#requestTypes.has(requestType)) return `request type '${requestType}'`;
    const texts = [systemText, userText];
    if (this.#hard.find(texts) !== null) return null;
    const word = this.#simple.find(texts);
    // A word of the configuration, not one of the prompt.
    return word === null ? null : `the word '${word}'`;
  }
}
