/** Letters that look like another one, by the one they look like. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  a: 'аαɑᴀ',
  b: 'ЬьʙƄв',
  c: 'сϲᴄс',
  d: 'ԁᴅɗ',
  e: 'еєεᴇɛ',
  f: 'ғꜰϝ',
  g: 'ɡցɢɠ',
  h: 'һհʜн',
  i: 'іιıɩɪӏᵢ',
  j: 'јϳᴊ',
  k: 'кκᴋ',
  l: 'ӏⅼʟłǀɭ',
  m: 'мᴍɱ',
  n: 'ոпηɴɲи',
  o: 'оοօσᴏøס',
  p: 'рρᴘ',
  q: 'ԛզ',
  r: 'гʀɾ',
  s: 'ѕꜱʂ',
  t: 'тτᴛ',
  u: 'υսᴜʋ',
  v: 'νѵᴠ',
  w: 'ԝωᴡшա',
  x: 'хχ×',
  y: 'уγʏүყ',
  z: 'ᴢʐ',
};

const LATIN_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(LOOKALIKES).flatMap(([latin, alike]) => Array.from(alike, (char) => [char, latin] as const)),
);

/** Digits and signs that stand for letters, with every letter they may stand for. */
const LEET: ReadonlyMap<string, string> = new Map([
  ['0', 'o'],
  ['1', 'il'],
  ['3', 'e'],
  ['4', 'a'],
  ['5', 's'],
  ['7', 't'],
  ['8', 'b'],
  ['9', 'g'],
  ['@', 'a'],
  ['$', 's'],
]);

const ASCII = /^[\0-\x7f]*$/;
/** Marks that alphabets stack on letters; those of Indic scripts and of Japanese make other letters of them. */
const DIACRITICS = /(?![\u3099\u309a])(?=\p{Mn})[\p{sc=Zinh}\p{sc=Hebr}\p{sc=Arab}]/gu;

/** A word as the lexicon has it: small letters in their plain form, without accents and apostrophes. */
export function foldWord(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase().replaceAll("'", '');
  const plain = word.normalize('NFKD').replace(DIACRITICS, '').normalize('NFKC').toLowerCase();
  return plain.replaceAll(/['’]/g, '').replaceAll('ı', 'i').replaceAll('ß', 'ss');
}

/** The same word in Latin letters, if every letter of it looks like one; else as it is. */
export function unlikeLatin(word: string): string {
  let latin = '';
  for (const char of word) latin += LATIN_OF.get(char) ?? char;
  return latin;
}

/** What a word with digits and signs among its letters may be meant to say; none for a number. */
export function leetReadings(word: string): readonly string[] {
  if (!/[a-z]/.test(word) && !/^[\d@$]{2,3}$/.test(word)) return [];
  const reading = (pick: number): string => {
    let read = '';
    for (const char of word) {
      const letters = LEET.get(char);
      read += letters === undefined ? char : (letters[pick] ?? letters[0] ?? '');
    }
    return read;
  };
  const first = reading(0);
  return word.includes('1') ? [first, reading(1)] : [first];
}

/** A word with its letters in the order of the alphabet, but for the first and the last: how words are read although mistyped. */
export function shuffled(word: string): string {
  return word.charAt(0) + Array.from(word.slice(1, -1)).toSorted().join('') + word.slice(-1);
}

/** A word without the little word that Arabic and Hebrew write at its beginning. */
export function withoutClitic(word: string): string {
  return /^[وفبلכוהבלמש]\p{L}{3}/u.test(word) ? word.slice(1) : word;
}
