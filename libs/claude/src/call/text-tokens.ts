/** Characters of a text that are looked at: all of a short one, of a longer one so many in 32. */
const MIN_SAMPLES = 16;
const MAX_SAMPLES = 64;
const CHARACTERS_PER_SAMPLE = 32;

/** What a digit or a sign costs: code and JSON are denser than prose. */
const SIGN_TOKENS = 0.5;

/** What a UTF-16 code unit beyond ASCII costs: about that of CJK, at most that of any other script. */
const DENSE_TOKENS = 1;

/** From one sample to the next, as a share of the length, round and round: the golden ratio leaves no part of a text out. */
const STRIDE = (Math.sqrt(5) - 1) / 2;

/** 1 for each ASCII letter and the space. A table, since no branch predictor can tell what comes next. */
const LETTERS = Uint8Array.from({ length: 128 }, (_, code) => (/[A-Za-z ]/.test(String.fromCharCode(code)) ? 1 : 0));

/**
 * A guess at the tokens of a text, high rather than low. Looks at 64 characters of any text at the most.
 *
 * @param charactersPerToken Letters and spaces a token holds.
 */
export function textTokens(text: string, charactersPerToken: number): number {
  const { length } = text;
  if (length <= MIN_SAMPLES) return tokensOfWhole(text, charactersPerToken);
  const samples = Math.min(MAX_SAMPLES, Math.max(MIN_SAMPLES, Math.trunc(length / CHARACTERS_PER_SAMPLE)));
  return length * tokensPerCharacter(text, samples, charactersPerToken);
}

function tokensOfWhole(text: string, charactersPerToken: number): number {
  let letters = 0;
  let dense = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) dense += 1;
    else letters += LETTERS[code] ?? 0;
  }
  return tokensOf(text.length, letters, dense, charactersPerToken);
}

function tokensPerCharacter(text: string, samples: number, charactersPerToken: number): number {
  const { length } = text;
  const stride = Math.trunc(length * STRIDE);
  let letters = 0;
  let dense = 1; // As if one more had been seen: what is rare can escape the samples.
  for (let sample = 0, at = 0; sample < samples; sample += 1) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) dense += 1;
    else letters += LETTERS[code] ?? 0;
    at += stride;
    if (at >= length) at -= length;
  }
  return tokensOf(samples + 1, letters, dense, charactersPerToken) / (samples + 1);
}

function tokensOf(characters: number, letters: number, dense: number, charactersPerToken: number): number {
  return letters / charactersPerToken + dense * DENSE_TOKENS + (characters - letters - dense) * SIGN_TOKENS;
}
