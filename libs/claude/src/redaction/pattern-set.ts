import { replaceMatches, type SecretKind, type SecretPattern } from './secret-pattern.js';

/** Patterns next to each other that one look at the text can rule out together. */
interface Group {
  /** `null` where nothing can. */
  readonly needed: RegExp | null;
  readonly patterns: readonly SecretPattern[];
}

/** Secrets that are glued together come off one a round. */
const MOST_ROUNDS = 8;

/** A marker without anything between it and a word: it may have hidden where another secret begins or ends. */
const GLUED = /\[redacted:[a-z_]{1,16}#[\da-f]{8}\][A-Za-z0-9+(]|[A-Za-z0-9]\[redacted:/;

/** Patterns, made ready to be applied to many short texts: most hold nothing, and should be told so at once. */
export class PatternSet {
  readonly #groups: readonly Group[];

  constructor(patterns: readonly SecretPattern[]) {
    this.#groups = grouped(patterns);
  }

  /** Applies them in order, until nothing more is found. */
  replace(text: string, mark: (secret: string, kind: SecretKind) => string): string {
    let cleared = text;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const before = cleared;
      for (const { needed, patterns } of this.#groups) {
        if (needed !== null && !needed.test(cleared)) continue;
        for (const pattern of patterns) cleared = replaceMatches(cleared, pattern, mark);
      }
      if (cleared === before || !GLUED.test(cleared)) break;
    }
    return cleared;
  }
}

function grouped(patterns: readonly SecretPattern[]): Group[] {
  const runs: SecretPattern[][] = [];
  for (const pattern of patterns) {
    const last = runs.at(-1);
    if (last !== undefined && flagsOf(last[0]) === flagsOf(pattern)) last.push(pattern);
    else runs.push([pattern]);
  }
  return runs.map((run) => ({ needed: neededBy(run), patterns: run }));
}

/** Only those with needles, and with the same view of case, go together. */
function flagsOf(pattern: SecretPattern | undefined): string {
  return pattern?.needles === undefined ? 'none' : pattern.expression.ignoreCase ? 'i' : '';
}

function neededBy(run: readonly SecretPattern[]): RegExp | null {
  if (flagsOf(run[0]) === 'none') return null;
  const needles = run.flatMap(({ needles: own = [] }) => own);
  return new RegExp(
    needles.map((needle) => needle.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'),
    flagsOf(run[0]),
  );
}
