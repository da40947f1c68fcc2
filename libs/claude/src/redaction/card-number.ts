type Issuer = readonly [from: number, to: number, digits: readonly number[]];

const UP_TO_19 = [16, 17, 18, 19];

/**
 * First digits of issuers, as a range, and how many digits their numbers have. Source: ISO/IEC 7812 ranges as published by
 * the schemes. Visa's numbers of 13 digits are long gone, and would take one in ten ids.
 */
const ISSUERS: readonly Issuer[] = [
  [4, 4, [16, 19]],
  [51, 55, [16]],
  [2221, 2720, [16]],
  [34, 34, [15]],
  [37, 37, [15]],
  [6011, 6011, UP_TO_19],
  [644, 659, UP_TO_19],
  [622126, 622925, UP_TO_19],
  [62, 62, UP_TO_19],
  [3528, 3589, UP_TO_19],
  [300, 305, [14]],
  [3095, 3095, [14]],
  [36, 36, [14]],
  [38, 39, [14]],
  [5018, 5018, UP_TO_19],
  [5020, 5020, UP_TO_19],
  [5038, 5038, UP_TO_19],
  [6304, 6304, UP_TO_19],
  [6759, 6763, UP_TO_19],
  [2200, 2204, UP_TO_19],
  [9792, 9792, [16]],
];

/** Whether digits, with or without spaces or dashes, are a card number: an issuer's range, its length, and Luhn's sum. */
export function isCardNumber(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, '');
  return isOfIssuer(digits) && luhnSum(digits) % 10 === 0;
}

function isOfIssuer(digits: string): boolean {
  return ISSUERS.some(([from, to, lengths]) => {
    const first = Number(digits.slice(0, String(from).length));
    return first >= from && first <= to && lengths.includes(digits.length);
  });
}

/** Source: ISO/IEC 7812-1, annex B. */
function luhnSum(digits: string): number {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - at));
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum;
}
