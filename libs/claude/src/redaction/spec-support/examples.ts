/** Texts that a pattern must find a secret in, and texts that only look like them. */
export interface Examples {
  /** Text and the part of it that must go. */
  readonly secret: readonly (readonly [text: string, secret: string])[];
  readonly clean: readonly string[];
}

const LETTERS = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzC';
const HEX = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';

/** A token of so many characters. No example stands whole in this file, so that no scanner takes it for a leak. */
function random(length: number): string {
  return LETTERS.repeat(Math.ceil(length / LETTERS.length)).slice(0, length);
}

function hex(length: number): string {
  return HEX.repeat(Math.ceil(length / HEX.length)).slice(0, length);
}

/** A token alone in a sentence, and what it must not be taken for. */
function token(secret: string, ...clean: string[]): Examples {
  return { secret: [[`found ${secret}, which is revoked`, secret]], clean };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const JWT = `eyJ${random(20)}.eyJ${random(30)}.${random(43)}`;
const PEM_BODY = `${random(64)}\n${random(64)}\n${random(20)}==\n`;
const PEM = `-----BEGIN RSA PRIVATE KEY-----\n${PEM_BODY}-----END RSA PRIVATE KEY-----`;

/** By the name of the pattern. */
export const EXAMPLES: Readonly<Record<string, Examples>> = {
  anthropic: token(
    `sk-ant-api03-${random(80)}`,
    'sk-ant-your-key-here',
    'sk-ant-api03-xxxxxxxxxxxxxxxx',
    'task-ant-colony-size',
  ),
  openai: token(`sk-proj-${random(60)}`, 'risk-project-overview'),
  langfuse: token(`sk-lf-${hex(8)}-${hex(24)}`, 'pk-lf-1234'),
  github: token(`ghp_${random(36)}`, 'ghp_short', `ghp_${'x'.repeat(36)}`),
  github_pat: token(`github_pat_${random(82)}`, 'github_pat_none'),
  gitlab: token(`glpat-${random(20)}`, 'glpat-none'),
  slack: token(`xoxb-123456789012-${random(24)}`, 'xoxb-none'),
  slack_app: token(`xapp-1-${random(30)}`, 'xapp-1-none'),
  slack_hook: token(
    `https://hooks.slack.com/services/T${random(8)}/B${random(8)}/${random(24)}`,
    'https://hooks.slack.com/services',
  ),
  discord_hook: token(
    `https://discord.com/api/webhooks/123456789012345678/${random(60)}`,
    'https://discord.com/api/webhooks/docs',
  ),
  stripe: token(`sk_live_${random(24)}`, `pk_live_${random(24)}`, 'task_test_runner_of_today'),
  webhook_secret: token(`whsec_${random(32)}`, 'whsec_none'),
  google_key: token(`AIza${random(35)}`, 'AIza-short'),
  google_oauth: token(`ya29.${random(60)}`, 'ya29.none'),
  google_client: token(`GOCSPX-${random(28)}`, 'GOCSPX-none'),
  google_refresh: token(`1//0${random(60)}`, '1//0 of it'),
  aws_key_id: token(`AKIA${hex(16).toUpperCase()}`, 'AKIAIOSFODNN7EXAMPLE', 'ASIAPACIFIC'),
  aws_bedrock: token(`ABSK${random(60)}`, 'ABSK none'),
  npm: token(`npm_${random(36)}`, 'npm_config_registry', 'npm_lifecycle_event'),
  pypi: token(`pypi-${random(80)}`, 'pypi-server'),
  hugging_face: token(`hf_${random(34)}`, 'hf_hub_download'),
  groq: token(`gsk_${random(52)}`, 'gsk_none'),
  xai: token(`xai-${random(80)}`, 'xai-grok-model'),
  perplexity: token(`pplx-${random(48)}`, 'pplx-7b-online'),
  replicate: token(`r8_${random(37)}`, 'r8_none'),
  nvidia: token(`nvapi-${random(64)}`, 'nvapi-none'),
  tavily: token(`tvly-${random(32)}`, 'tvly-none'),
  sendgrid: token(`SG.${random(22)}.${random(43)}`, 'SG.none.of.it'),
  twilio: token(`SK${hex(32)}`, `AC${hex(32)}`),
  mailgun: token(`key-${hex(32)}`, 'key-value'),
  digitalocean: token(`dop_v1_${hex(64)}`, 'dop_v1_none'),
  databricks: token(`dapi${hex(32)}`, 'dapi'),
  shopify: token(`shpat_${hex(32)}`, 'shpat_none'),
  square: token(`sq0atp-${random(22)}`, 'sq0atp-none'),
  vault: token(`hvs.${random(24)}`, 'hvs.none'),
  doppler: token(`dp.pt.${random(43)}`, 'dp.pt.none'),
  linear: token(`lin_api_${random(40)}`, 'lin_api_none'),
  notion: token(`ntn_${random(46)}`, 'ntn_none', 'secret_manager_unreachable'),
  figma: token(`figd_${random(40)}`, 'figd_none'),
  airtable: token(`pat${random(14)}.${hex(64)}`, 'pattern.js'),
  postman: token(`PMAK-${hex(24)}-${hex(34)}`, 'PMAK-none'),
  new_relic: token(`NRAK-${hex(27).toUpperCase()}`, 'NRAK-none'),
  grafana: token(`glsa_${random(32)}_${hex(8)}`, 'glsa_none'),
  sentry: token(`sntrys_${random(60)}`, 'sntrys_none'),
  docker: token(`dckr_pat_${random(27)}`, 'dckr_pat_none'),
  pulumi: token(`pul-${hex(40)}`, 'pul-none'),
  planetscale: token(`pscale_tkn_${random(43)}`, 'pscale_tkn_none'),
  supabase: token(`sb_secret_${random(31)}`, 'sb_publishable_none'),
  atlassian: token(`ATATT3${random(180)}`, 'ATATT3'),
  rubygems: token(`rubygems_${hex(48)}`, 'rubygems_org'),
  buildkite: token(`bkua_${hex(40)}`, 'bkua_none'),
  age: token(
    `AGE-SECRET-KEY-1${'Q2W3E4R5T6Y7U8I9O0P1A2S3D4F5G6H7J8K9L0Z1X2C3V4B5N6M7Q8W9E0R1'.slice(0, 58)}`,
    'AGE-SECRET-KEY-1',
  ),
  azure_client: token(`abc8Q~${random(34)}`, '8Q~none'),
  mailchimp: token(`${hex(32)}-us12`, `${hex(32)}-eu12`),
  telegram: token(`123456789:AA${random(33)}`, '12:AA of it'),
  terraform: token(`${random(14)}.atlasv1.${random(67)}`, 'x.atlasv1.none'),
  sk: token(`sk-${random(48)}`, 'sk-estrutura-de-um-texto-comprido', 'sk-learnworldsandmoreofit'),
  jwt: token(JWT, 'eyJhbGciOiJIUzI1NiJ9', 'eyJ.a.b'),
  private_key: {
    secret: [
      [`key: ${PEM} end`, PEM_BODY],
      [`cut off: -----BEGIN PRIVATE KEY-----\n${PEM_BODY}`, PEM_BODY],
      [JSON.stringify({ pem: PEM }), random(64)],
    ],
    clean: [`-----BEGIN CERTIFICATE-----\n${PEM_BODY}-----END CERTIFICATE-----`, 'Paste the PRIVATE KEY here.'],
  },
  bearer: {
    secret: [
      [`Bearer ${random(32)}`, random(32)],
      ['authorization: bearer opensesame', 'opensesame'],
      [`{\\"Authorization\\":\\"Bearer ${random(20)}\\"}`, random(20)],
    ],
    clean: [
      'The bearer token expired',
      'bearer authentication failed',
      'Authorization: Bearer <token>',
      'Authorization: Bearer ${TOKEN}',
    ],
  },
  basic: {
    secret: [
      [`Basic ${base64('svc:hunter2')}`, base64('svc:hunter2')],
      [`"authorization":"Basic ${base64('a:b')}"`, base64('a:b')],
    ],
    clean: ['Basic plan, 20 seats', 'basic auth is off', 'Basic authentication'],
  },
  authorization_raw: {
    secret: [[`authorization: ${random(40)}`, random(40)]],
    clean: ['authorization: required', 'authorization: AWS4-HMAC-SHA256'],
  },
  url_password: {
    secret: [
      ['postgres://app:s3cr3t!pw@db.internal:5432/x', 's3cr3t!pw'],
      ['redis://:only-a-password9@cache:6379', 'only-a-password9'],
      [`https://${random(40)}@git.example.org/x.git`, random(40)],
    ],
    clean: [
      'postgres://app:${PASSWORD}@db/x',
      'http://localhost:3000/a@b',
      'git+ssh://git@github.com/a/b.git',
      'https://u:***@h.org',
    ],
  },
  cookie: {
    secret: [
      [`Cookie: sid=${random(20)}; theme=dark`, random(20)],
      [`{"set-cookie":"sid=${random(20)}; Path=/"}`, random(20)],
    ],
    clean: ['no cookie: none set', 'cookie: disabled'],
  },
  assigned: {
    secret: [
      ['DB_PASSWORD=correct!horse', 'correct!horse'],
      [`{"apiKey":"${random(30)}"}`, random(30)],
      ['{\\"client_secret\\":\\"p4 ss\\"}', 'p4 ss'],
      ['password: "with spaces, and \\" quotes"', 'quotes'],
      [`masterKey: ${random(24)}`, random(24)],
      [`['x-api-key', '${random(40)}']`, random(40)],
      ['<password>hunter22</password>', 'hunter22'],
      [`the token is ${random(24)}.`, random(24)],
      [`AccountKey=${random(86)}==;EndpointSuffix=core`, random(86)],
    ],
    clean: [
      'max_tokens=4096',
      'next_page_token=abc123def456',
      'PWD=/usr/src/app',
      'password: must have 12 characters',
      'const token = await login();',
      'apiKey: string | undefined;',
      'apiKey: process.env.MY_KEY1',
      'secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:x',
      'token=msg_01ABCdef23456789',
      'cache key 9f86d081884c7d65',
      'API_KEY=YOUR_API_KEY',
      '{"apiKey":"YOUR_API_KEY"}',
      '"password": "undefined"',
      'API_KEY=sk-ant-...',
      'the route /a/{id}/token: /v1/{id}/token',
      "const token = headers['x-token'];",
      'password=[redacted:secret#01234567]',
      'the password is too short',
      `idempotency-key: ${hex(8)}-${hex(4)}-4abc-8abc-${hex(12)}`,
    ],
  },
  flag: {
    secret: [['mysql --user root --password hunter22 db', 'hunter22']],
    clean: ['login --password-stdin', 'run --token --verbose'],
  },
  email: {
    secret: [
      ['from <jo.doe+tag@mail.firma.de>', 'jo.doe+tag@mail.firma.de'],
      ['u=jo%40firma.de', 'jo%40firma.de'],
      ['an jörg@bücher.example', 'jörg@bücher.example'],
    ],
    clean: [
      'a@b',
      '@nestjs/common',
      'logo@2x.png',
      'git@github.com:a/b.git',
      'claude-haiku-4-5@20251001',
      'user@localhost',
      'lodash@4.17.21',
    ],
  },
  iban: {
    secret: [
      ['auf DE89 3704 0044 0532 0130 00 bitte', 'DE89 3704 0044 0532 0130 00'],
      ['GB82WEST12345698765432', 'GB82WEST12345698765432'],
      ['DE12 GB82WEST12345698765432', 'GB82WEST12345698765432'],
      ['DE89 3704 0044 0532 0130 00 FR1420041010050500013M02606', 'FR1420041010050500013M02606'],
      ['to FR14 2004 1010 0505 0001 3M02 606 NOW', 'FR14 2004 1010 0505 0001 3M02 606'],
    ],
    clean: ['DE88 3704 0044 0532 0130 00', 'NL-2026-11-23', 'DE89370400440532013', 'GB12 is a plate'],
  },
  card: {
    secret: [
      ['card 4111 1111 1111 1111 declined', '4111 1111 1111 1111'],
      ['cc=5555555555554444', '5555555555554444'],
      ['amex 3782-822463-10005', '3782-822463-10005'],
      ['diners 30569309025904', '30569309025904'],
    ],
    clean: [
      '4111111111111112',
      '1749350043807291666',
      'order 9999999999999995',
      '41111111111111110000',
      'id_4111111111111111',
      '1.4111111111111111',
    ],
  },
  ssn: {
    secret: [['id 219-09-9999 on file', '219-09-9999']],
    clean: ['000-12-3456', '666-12-3456', '900-12-3456', '219-00-9999', '219-09-0000', '2026-11-2345', '1-219-09-9999'],
  },
  ssn_labelled: {
    secret: [
      ['SSN: 219 09 9999', '219 09 9999'],
      ['"ssn":"219099999"', '219099999'],
    ],
    clean: ['ssn: 000-12-3456', 'ssn is missing'],
  },
  phone_international: {
    secret: [
      ['call +49 30 90182050 now', '+49 30 90182050'],
      ['to +14155550105', '+14155550105'],
      ['+44 (0)20 7946 0946', '+44 (0)20 7946 0946'],
    ],
    clean: ['2026-11-23T09:41:07+01:00', 'diff +1048576', '1+234567890123', 'a+4930901820'],
  },
  phone_area: {
    secret: [
      ['(212) 555-0142', '(212) 555-0142'],
      ['(030) 901820', '(030) 901820'],
    ],
    clean: ['f(100) 200', '(1234567890)', 'line (415)'],
  },
  phone_groups: {
    secret: [
      ['reach 415-555-0105', '415-555-0105'],
      ['415.555.0105', '415.555.0105'],
    ],
    clean: ['4155550105', '2026-555-0142-7', '3-5550-1200', '115-555-0105', 'v1.415-555-0105', '10.0.0.12:8080'],
  },
  phone_labelled: {
    secret: [
      ['tel: 030 901820', '030 901820'],
      ['"phone":"4155550105"', '4155550105'],
    ],
    clean: ['phone: 2026-11-23', 'mobile: 12', 'telemetry: 12345678'],
  },
};
