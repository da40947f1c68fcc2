/** What an attack is after. */
export type InjectionCategory =
  /** To have earlier instructions set aside. */
  | 'override'
  /** To have the system prompt, or a secret, shown. */
  | 'extraction'
  /** To have the model leave its rules behind. */
  | 'jailbreak'
  /** To give orders from inside of data, as another role or to another reader. */
  | 'indirect'
  /** To bring text past whoever reads along. */
  | 'smuggling'
  /** What rules of the user's own find, unless they say otherwise. */
  | 'custom';

/** What a text must hold before an expression over it is worth its time. */
export interface TextNeeds {
  /** One of these stands in it. */
  readonly signs?: readonly string[];
  /** This matches one of its words by itself: letters, marks, digits, `@` and `$`, with apostrophes between them. Not global. */
  readonly word?: RegExp;
}

/** One thing that attacks do. The list of them is data; examples of each stand beside the test of the list. */
export interface InjectionRule {
  /** Unique in the list. */
  readonly id: string;
  readonly category: InjectionCategory | (string & {});
  /**
   * Above 0 and up to 1: how sure it is by itself. What is found near each other is put together like independent
   * witnesses: `1 - (1 - a) * (1 - b)`, each rule once.
   */
  readonly score: number;
  /**
   * What it looks at: the sequence of words, see `phrase()`, or the text itself, cleaned and with whatever disguise was
   * seen through taken off.
   */
  readonly over: 'words' | 'text';
  /** Global. */
  readonly expression: RegExp;
  /** What a text without which it cannot match is told by, cheaply. Of rules over text; default: nothing. */
  readonly needs?: TextNeeds;
  /** How much of a text it may see at a time, where it is not known to be linear. */
  readonly window?: number;
}
