import type { SecretPattern } from './secret-pattern.js';

/**
 * One look at a text that tells which patterns may have a match in it, as asking each by itself costs more than applying the
 * few. Case is ignored: what is found too much, the pattern itself rules out.
 */
export class NeedleScan {
  /** 1 in the place of each pattern that has no needle. */
  readonly #always: Uint8Array;
  readonly #scanned: RegExp;
  /** Places in the list by the needle that was found, in lower case. */
  readonly #placesOf: ReadonlyMap<string, readonly number[]>;
  readonly #signs: readonly (readonly [sign: string, places: readonly number[]])[];

  constructor(patterns: readonly SecretPattern[]) {
    const placesOf = (holds: (needle: string) => boolean): number[] =>
      patterns.flatMap(({ needles = [] }, place) => (needles.some((each) => holds(each.toLowerCase())) ? [place] : []));
    this.#always = Uint8Array.from(patterns, ({ needles }) => (needles === undefined ? 1 : 0));
    const needles = new Set(patterns.flatMap(({ needles: own = [] }) => own.map((each) => each.toLowerCase())));
    // The longest first, as it stands for those that it begins with.
    const scanned = [...needles].filter(isScanned).toSorted((a, b) => b.length - a.length);
    this.#scanned = new RegExp(scanned.map(escaped).join('|') || NEVER, 'gi');
    this.#placesOf = new Map(
      scanned.map((found) => [found, placesOf((each) => isScanned(each) && found.startsWith(each))]),
    );
    this.#signs = [...needles]
      .filter((each) => !isScanned(each))
      .map((sign) => [sign, placesOf((each) => each === sign)]);
  }

  /** Which patterns are to be applied to a text: 1 in the place of each. Not to be written to. */
  find(text: string): Uint8Array {
    const scanned = this.#scanned;
    let wanted = this.#always;
    scanned.lastIndex = 0;
    for (let match = scanned.exec(text); match !== null; match = scanned.exec(text)) {
      wanted = this.#with(this.#placesOf.get(match[0].toLowerCase()), wanted);
      // Another may begin inside it.
      scanned.lastIndex = match.index + 1;
    }
    for (const [sign, places] of this.#signs) if (text.includes(sign)) wanted = this.#with(places, wanted);
    return wanted;
  }

  #with(places: readonly number[] = [], wanted: Uint8Array): Uint8Array {
    const own = wanted === this.#always ? wanted.slice() : wanted;
    for (const place of places) own[place] = 1;
    return own;
  }
}

const NEVER = '(?!)';

/** Single signs would have the engine stop at every other character: they are looked for one by one. */
function isScanned(needle: string): boolean {
  return needle.length > 2 || /[a-z]/.test(needle);
}

function escaped(needle: string): string {
  return needle.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
