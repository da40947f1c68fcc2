/**
 * Calls back with where each match of a global expression begins and ends. Unlike `matchAll()` it copies no expression,
 * which for a short text is most of the work.
 */
export function eachMatch(text: string, expression: RegExp, tell: (start: number, end: number) => void): void {
  expression.lastIndex = 0;
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
    const end = match.index + match[0].length;
    tell(match.index, end);
    if (match[0] === '') expression.lastIndex += 1;
  }
}

/** How much of a window is seen again in the next, so that a match across their border is found. */
const OVERLAP = 512;

/** The same, with the expression seeing so many characters at a time only. */
export function eachMatchWithin(
  text: string,
  expression: RegExp,
  window: number,
  tell: (start: number, end: number) => void,
): void {
  let told = 0;
  for (let from = 0; from === 0 || from + OVERLAP < text.length; from += window - OVERLAP) {
    eachMatch(text.slice(from, from + window), expression, (start, end) => {
      // What lies in the overlap has been told.
      if (from + start < told) return;
      told = from + end;
      tell(from + start, from + end);
    });
  }
}
