import fc from 'fast-check';

const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function drawn(alphabet: string, length: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength: length, maxLength: length });
}

const alnum = (length: number): fc.Arbitrary<string> => drawn(ALNUM, length);
const base64url = (length: number): fc.Arbitrary<string> => drawn(`${ALNUM}-_`, length);
const hex = (length: number): fc.Arbitrary<string> => drawn('0123456789abcdef', length);

/** Parts that are drawn, put together; a string stands for itself. */
function joined(...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  return fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((drawnParts) => drawnParts.join(''));
}

function base64(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return text.map((plain) => Buffer.from(plain).toString('base64'));
}

/** Digits that end in the one that makes Luhn's sum whole. */
function card(prefix: string, length: number): fc.Arbitrary<string> {
  return drawn('0123456789', length - prefix.length - 1).map((rest) => {
    const body = prefix + rest;
    const sum = body
      .split('')
      .toReversed()
      .reduce((total, digit, at) => {
        const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
        return total + (value > 9 ? value - 9 : value);
      }, 0);
    return `${body}${(10 - (sum % 10)) % 10}`;
  });
}

function grouped(text: fc.Arbitrary<string>, separator: string): fc.Arbitrary<string> {
  return text.map((plain) => plain.match(/.{1,4}/g)?.join(separator) ?? plain);
}

/** An account number with the check digits that fit it. */
function iban(country: string, digits: number): fc.Arbitrary<string> {
  return drawn('0123456789', digits).map((account) => {
    const rearranged = Array.from(`${account}${country}00`, (character) => Number.parseInt(character, 36)).join('');
    const check = 98n - (BigInt(rearranged) % 97n);
    return `${country}${String(check).padStart(2, '0')}${account}`;
  });
}

const name = drawn('abcdefghijklmnopqrstuvwxyz', 6);

/** Well-formed values that no sentence around them can make harmless. By what they are. */
export const SECRETS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  anthropicKey: joined('sk-ant-api03-', base64url(93), 'AA'),
  anthropicAdmin: joined('sk-ant-admin01-', base64url(90), 'AA'),
  openaiKey: joined('sk-proj-', base64url(74), 'T3BlbkFJ', base64url(74)),
  openaiOldKey: joined('sk-', alnum(20), 'T3BlbkFJ', alnum(20)),
  awsKeyId: joined(fc.constantFrom('AKIA', 'ASIA'), drawn('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)),
  github: joined(fc.constantFrom('ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'), alnum(36)),
  githubFineGrained: joined('github_pat_', alnum(22), '_', alnum(59)),
  gitlab: joined('glpat-', base64url(20)),
  slack: joined('xoxb-', drawn('123456789', 12), '-', drawn('123456789', 12), '-', alnum(24)),
  stripe: joined(fc.constantFrom('sk_live_', 'rk_live_', 'sk_test_'), alnum(24)),
  google: joined('AIza', base64url(34), alnum(1)),
  npm: joined('npm_', alnum(36)),
  huggingFace: joined('hf_', alnum(34)),
  sendgrid: joined('SG.', base64url(22), '.', base64url(43)),
  twilio: joined('SK', hex(32)),
  jwt: joined('eyJhbGciOiJIUzI1NiJ9.eyJ', base64url(60), '.', base64url(43)),
  privateKey: joined('-----BEGIN PRIVATE KEY-----\n', alnum(64), '\n', alnum(64), '\n-----END PRIVATE KEY-----'),
  email: joined(name, '.', name, '@', name, '.example'),
  visa: card('4', 16),
  mastercard: grouped(card('53', 16), ' '),
  amex: card('37', 15),
  germanIban: grouped(iban('DE', 18), ' '),
  frenchIban: iban('FR', 23),
  socialSecurity: joined(drawn('12345', 3), '-', drawn('12345', 2), '-', drawn('12345', 4)),
  internationalPhone: joined('+49 30 ', drawn('123456789', 8)),
  americanPhone: joined('(212) 555-', drawn('0123456789', 4)),
};

/** Values that only their place tells: how they are written there. */
export const PLACED: Readonly<Record<string, fc.Arbitrary<readonly [text: string, secret: string]>>> = {
  assigned: placed(
    alnum(24),
    fc.constantFrom('DB_PASSWORD=', 'clientSecret: ', 'MASTER_KEY=', 'x-api-key: ', 'passwd: '),
  ),
  quoted: fc
    .tuple(
      fc.constantFrom(['"password":"', '"'], ['"api_key": "', '"'], ["secret = '", "'"], ['\\"token\\":\\"', '\\"']),
      alnum(24),
    )
    .map(([[before, after], secret]) => [`${before}${secret}${after}`, secret] as const),
  bearer: placed(
    base64url(32),
    fc.constantFrom('Authorization: Bearer ', 'authorization=bearer ', '"Authorization":"Bearer '),
  ),
  basic: placed(base64(joined(name, ':', alnum(12))), fc.constantFrom('Authorization: Basic ', 'Basic ')),
  url: placed(alnum(16), fc.constantFrom('postgres://app:', 'redis://:', 'amqps://svc:')).map(
    ([text, secret]) => [`${text}@db.example.org:5432/app`, secret] as const,
  ),
  awsSecret: placed(drawn(`${ALNUM}+/`, 40), fc.constantFrom('AWS_SECRET_ACCESS_KEY=', '"secretAccessKey":"')),
  azureKey: placed(drawn(`${ALNUM}+/`, 86), fc.constant('AccountKey=')),
};

function placed(
  secret: fc.Arbitrary<string>,
  before: fc.Arbitrary<string>,
): fc.Arbitrary<readonly [text: string, secret: string]> {
  return fc.tuple(before, secret).map(([lead, value]) => [`${lead}${value}`, value] as const);
}

/** What must be readable after all redaction. By what it is. */
export const SURVIVORS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  requestId: joined(fc.constantFrom('req_', 'msg_', 'toolu_', 'srvtoolu_', 'msgbatch_', 'file_'), '01', alnum(22)),
  model: joined('claude-', fc.constantFrom('opus', 'sonnet', 'haiku'), '-4-5-2025', fc.constantFrom('1001', '0929')),
  bedrockModel: joined(fc.constantFrom('us', 'eu', 'global'), '.anthropic.claude-sonnet-4-5-20250929-v1:0'),
  vertexModel: joined('claude-haiku-4-5@2025', fc.constantFrom('1001', '0929')),
  arn: joined('arn:aws:bedrock:us-east-1:', drawn('0123456789', 12), ':inference-profile/us.anthropic.claude-opus'),
  uuid: fc.uuid(),
  traceparent: joined('00-', hex(32), '-', hex(16), '-01'),
  traceId: hex(32),
  sha256: hex(64),
  gitSha: hex(40),
  sri: joined('sha512-', drawn(`${ALNUM}+/`, 86), '=='),
  count: fc.nat({ max: 10_000_000 }).map((n) => `input_tokens=${n}`),
  epochMs: fc.integer({ min: 1_600_000_000_000, max: 1_999_999_999_999 }).map(String),
  isoTime: fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  address: joined('10.', drawn('12', 2), '.0.12:8080'),
  version: joined('v', drawn('123', 1), '.', drawn('0123', 2), '.4-beta.12'),
};
