import { isCardNumber } from '../card-number.js';
import { ibanLength } from '../iban.js';
import { TOKEN_START, type SecretPattern } from '../secret-pattern.js';

/** `logo@2x.png` and `git@github.com` are no one's address. */
function address(text: string): number {
  if (/^git(?:@|%40)/i.test(text)) return 0;
  return /\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|m?[jt]sx?|json|map|md|html?|txt|ya?ml|lock|tgz|gz|zip)$/i.test(text)
    ? 0
    : text.length;
}

/** Country code and number of at least eight digits (ITU-T E.164 allows fifteen); without any space, at least ten. */
function international(text: string): number {
  const digits = text.replaceAll(/\D/g, '').length;
  return digits <= 15 && digits >= (/[ ().-]/.test(text) ? 8 : 10) ? text.length : 0;
}

/** What a label calls a number is one unless it is a date. */
function labelled(text: string): number {
  const digits = text.replaceAll(/\D/g, '').length;
  return digits >= 7 && digits <= 15 && !/^\d{4}-\d{2}-\d{2}/.test(text) ? text.length : 0;
}

/**
 * The first characters of a number or code that stands by itself. They are looked at before what stands before them: the
 * engine finds them at a glance, and a look behind would be tried at each character of the text.
 *
 * @param notAfter What it must not stand behind either.
 */
function standalone(first: string, notAfter = ''): string {
  return `${first}(?<=${TOKEN_START}${notAfter}${first})`;
}

/** A number behind one of these is the end of a longer one, of a version or of a path. */
const NOT_IN_NUMBER = '(?<![._]|\\d-)';

/** What tells who somebody is. */
export const PERSONAL_PATTERNS: readonly SecretPattern[] = [
  {
    name: 'email',
    kind: 'email',
    needles: ['@', '%40'],
    expression:
      /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]{1,64}(?:@|%40)(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,6}(?:\p{L}{2,24}|xn--[a-z0-9-]{2,24})(?![\p{L}\p{N}])/gu,
    measure: address,
  },
  {
    name: 'iban',
    kind: 'iban',
    expression: new RegExp(`${standalone('[A-Z]{2}\\d{2}')}(?:[ -]?[A-Z0-9]{1,4}){3,10}`, 'g'),
    measure: ibanLength,
    rereads: true,
  },
  {
    name: 'card',
    kind: 'card',
    expression: new RegExp(
      `${standalone('\\d{4}', NOT_IN_NUMBER)}(?:\\d{10,15}|(?:[ -]\\d{4}){3}(?:[ -]\\d{3})?|[ -]\\d{6}[ -]\\d{4,5})(?!\\w|[.-]\\d)`,
      'g',
    ),
    measure: (text) => (isCardNumber(text) ? text.length : 0),
  },
  {
    // Never issued: area 000, 666 and 900 to 999, group 00, serial 0000. Source: US Social Security Administration.
    name: 'ssn',
    kind: 'ssn',
    expression: new RegExp(
      `${standalone('\\d{3}-\\d', NOT_IN_NUMBER)}(?<!(?:000|666|9\\d\\d)-\\d)(?<!0(?=0))\\d-(?!0000)\\d{4}(?!\\w|[.-]\\d)`,
      'g',
    ),
  },
  {
    name: 'ssn_labelled',
    kind: 'ssn',
    needles: ['ssn', 'social security'],
    expression:
      /(?<lead>\b(?:ssn|social security(?: number| no\.?)?)["'\\]{0,4}[ :=#]{1,4}["'\\]{0,4})(?<secret>(?!000|666|9)\d{3}[ -]?(?!00)\d{2}[ -]?(?!0000)\d{4})(?!\w)/gi,
  },
  {
    name: 'phone_international',
    kind: 'phone',
    needles: ['+'],
    expression: new RegExp(
      `(?=\\+)${TOKEN_START}(?<![_+./-])\\+[1-9]\\d{0,2}(?:[ ()./-]{0,3}\\d){6,13}(?![\\w:]|[.,]\\d)`,
      'g',
    ),
    measure: international,
  },
  {
    name: 'phone_area',
    kind: 'phone',
    needles: ['('],
    expression: /(?:\+?\d{1,3}[ .-]?)?\((?:0\d{1,5}|[2-9]\d{2})\) ?\d(?:[ ./-]?\d){5,9}(?!\w)/g,
  },
  {
    // North America's groups; area and exchange begin with 2 to 9.
    name: 'phone_groups',
    kind: 'phone',
    expression: new RegExp(
      `${standalone('(?:1[ .-]|[2-9]\\d)', '(?<![._+]|\\d-)')}(?:(?<=1[ .-])[2-9]\\d{2}|(?<=[2-9]\\d)\\d)([.-])[2-9]\\d{2}\\1\\d{4}(?!\\w|[.-]\\d)`,
      'g',
    ),
  },
  {
    name: 'phone_labelled',
    kind: 'phone',
    needles: ['phone', 'tel', 'mobil', 'handy', 'fax', 'whatsapp'],
    expression:
      /(?<lead>\b(?:phone|telephone|tel|telefon|mobile|mobil|handy|fax|whatsapp)(?:[ _-]?(?:number|nummer|no\.?|nr\.?))?["'\\]{0,4}[ .]?[:=][ "'\\]{0,5})(?<secret>\+?\d(?:[ ()./-]{0,2}\d){6,14})(?!\w)/gi,
    measure: labelled,
  },
];
