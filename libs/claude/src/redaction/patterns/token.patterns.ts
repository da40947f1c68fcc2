import { isPlaceholder, looksRandom } from '../plain-values.js';
import { TOKEN_START, type SecretPattern } from '../secret-pattern.js';

/** A vendor's tokens: what they begin with, and the rest of them. */
type Row = readonly [name: string, needles: readonly string[], expression: string];

/**
 * Tokens that their first letters give away. What a vendor means to be public is not here: `pk_`, publishable keys, ids of
 * accounts. Sources: each vendor's documentation of its token formats.
 */
const VENDORS: readonly Row[] = [
  ['anthropic', ['sk-ant-'], 'sk-ant-[\\w-]{8,}'],
  ['openai', ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], 'sk-(?:proj|svcacct|admin)-[\\w-]{16,}'],
  ['langfuse', ['sk-lf-', 'sk-or-'], 'sk-(?:lf|or-v1)-[\\w-]{16,}'],
  ['github', ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], 'gh[pousr]_[\\w.-]{30,}'],
  ['github_pat', ['github_pat_'], 'github_pat_\\w{20,}'],
  [
    'gitlab',
    [
      'glpat-',
      'gldt-',
      'glrt-',
      'glrtr-',
      'glcbt-',
      'glptt-',
      'glft-',
      'glimt-',
      'glsoat-',
      'gloas-',
      'glagent-',
      'glffct-',
    ],
    'gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|soat|oas|agent|ffct)-[\\w.-]{18,}',
  ],
  ['slack', ['xox'], 'xox(?:[abdeoprs]|e\\.xox[bp])-[\\w-]{10,}'],
  ['slack_app', ['xapp-'], 'xapp-\\d-[\\w-]{20,}'],
  ['stripe', ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'], '[sr]k_(?:live|test)_[A-Za-z0-9]{10,}'],
  ['webhook_secret', ['whsec_'], 'whsec_[A-Za-z0-9+/=]{16,}'],
  ['google_key', ['AIza'], 'AIza[\\w-]{35}(?![\\w-])'],
  ['google_oauth', ['ya29.'], 'ya29\\.[\\w.-]{20,}'],
  ['google_client', ['GOCSPX-'], 'GOCSPX-[\\w-]{20,}'],
  ['google_refresh', ['1//0'], '1//0[\\w-]{30,}'],
  ['aws_key_id', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], 'A(?:KI|SI|BI|CC)A[A-Z0-9]{16}(?![A-Za-z0-9])'],
  ['aws_bedrock', ['ABSK', 'bedrock-api-key-'], '(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/=]{40,}'],
  ['npm', ['npm_'], 'npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])'],
  ['pypi', ['pypi-'], 'pypi-[\\w-]{40,}'],
  ['hugging_face', ['hf_'], 'hf_[A-Za-z0-9]{30,}'],
  ['groq', ['gsk_'], 'gsk_[A-Za-z0-9]{32,}'],
  ['xai', ['xai-'], 'xai-[A-Za-z0-9]{40,}'],
  ['perplexity', ['pplx-'], 'pplx-[A-Za-z0-9]{32,}'],
  ['replicate', ['r8_'], 'r8_[A-Za-z0-9]{36,}'],
  ['nvidia', ['nvapi-'], 'nvapi-[\\w-]{40,}'],
  ['tavily', ['tvly-'], 'tvly-[\\w-]{20,}'],
  ['sendgrid', ['SG.'], 'SG\\.[\\w-]{16,32}\\.[\\w-]{32,64}'],
  ['twilio', ['SK'], 'SK[\\da-f]{32}(?![A-Za-z0-9])'],
  ['mailgun', ['key-'], 'key-[\\da-f]{32}(?![A-Za-z0-9])'],
  ['databricks', ['dapi'], 'dapi[\\da-f]{32}(?:-\\d)?(?![A-Za-z0-9])'],
  ['shopify', ['shpat_', 'shpca_', 'shppa_', 'shpss_'], 'shp(?:at|ca|pa|ss)_[\\da-fA-F]{32}'],
  ['square', ['sq0'], 'sq0(?:atp|csp|idp)-[\\w-]{22,}'],
  ['vault', ['hvs.', 'hvb.', 'hvr.'], 'hv[sbr]\\.[\\w-]{20,}'],
  ['doppler', ['dp.'], 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[\\w.-]{32,}'],
  ['linear', ['lin_'], 'lin_(?:api|oauth)_[A-Za-z0-9]{32,}'],
  ['notion', ['ntn_', 'secret_'], '(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43})(?![A-Za-z0-9])'],
  ['figma', ['figd_'], 'figd_[\\w-]{36,}'],
  ['airtable', ['pat'], 'pat[A-Za-z0-9]{14}\\.[\\da-f]{64}'],
  ['postman', ['PMAK-'], 'PMAK-[\\da-f]{24}-[\\da-f]{34}'],
  ['new_relic', ['NRAK-'], 'NRAK-[A-Z0-9]{27}'],
  ['grafana', ['glsa_', 'glc_'], 'gl(?:sa|c)_[\\w+/=]{32,}'],
  ['sentry', ['sntry'], 'sntry[su]_[\\w+/=-]{40,}'],
  ['docker', ['dckr_'], 'dckr_[po]at_[\\w-]{20,}'],
  ['pulumi', ['pul-'], 'pul-[\\da-f]{40}'],
  ['planetscale', ['pscale_'], 'pscale_(?:tkn|pw|oauth)_[\\w.-]{32,}'],
  ['supabase', ['sb_secret_', 'sbp_'], 'sb(?:_secret_[\\w-]{20,}|p_[\\da-f]{40})'],
  ['atlassian', ['ATATT3', 'ATCTT3', 'ATBB'], 'AT(?:[AC]TT3[\\w=-]{60,}|BB[A-Za-z0-9]{32})'],
  ['rubygems', ['rubygems_'], 'rubygems_[\\da-f]{48}'],
  ['buildkite', ['bkua_', 'bkat_'], 'bk(?:ua|at)_[\\da-f]{40}'],
  ['age', ['AGE-SECRET-KEY-1'], 'AGE-SECRET-KEY-1[0-9A-Z]{58}'],
];

/** Those that are told by something further on. */
const INNER: readonly Row[] = [
  ['slack_hook', ['hooks.slack.com/'], 'https://hooks\\.slack\\.com/(?:services|workflows|triggers)/[\\w/-]{20,}'],
  [
    'discord_hook',
    ['/api/webhooks/'],
    'https://(?:\\w{1,20}\\.)?discord(?:app)?\\.com/api/webhooks/\\d{6,24}/[\\w-]{30,}',
  ],
  ['azure_client', ['8Q~'], '[\\w~.-]{3}8Q~[\\w~.-]{31,34}(?![\\w~-])'],
  ['mailchimp', ['-us'], '[\\da-f]{32}-us\\d{1,2}(?!\\w)'],
  ['digitalocean', ['_v1_'], 'do[oprt]_v1_[\\da-f]{64}'],
  ['telegram', [':AA'], '\\d{8,10}:AA[\\w-]{33}(?![\\w-])'],
  ['terraform', ['.atlasv1.'], '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{40,}'],
];

const PREFIX = /^(?:sk-ant-(?:[a-z]{1,8}\d{2}-)?|[a-zA-Z\d]{1,10}[-_.])/;

/** Written to show where a token goes: `sk-ant-your-key-here`, `ghp_xxxxxxxx`, `AKIA...EXAMPLE`. */
function unlessPlaceholder(token: string): number {
  const body = token.replace(PREFIX, '');
  return isPlaceholder(body) || token.endsWith('EXAMPLE') ? 0 : token.length;
}

function tokenPattern([name, needles, source]: Row, startsWith: string): SecretPattern {
  return {
    name,
    kind: 'token',
    needles,
    // The look ahead comes first, as it fails at the first letter, and a look behind would be tried at each.
    expression: new RegExp(`${startsWith}${TOKEN_START}${source}`, 'g'),
    measure: unlessPlaceholder,
  };
}

function anyOf(needles: readonly string[]): string {
  return `(?=${needles.map((needle) => needle.replaceAll('.', '\\.')).join('|')})`;
}

/** Tokens told by their first letters. */
export const TOKEN_PATTERNS: readonly SecretPattern[] = [
  ...VENDORS.map((row) => tokenPattern(row, anyOf(row[1]))),
  ...INNER.map((row) => tokenPattern(row, '')),
  {
    // OpenAI's older keys, and those of the many that copied them.
    name: 'sk',
    kind: 'token',
    needles: ['sk-'],
    expression: new RegExp(`(?=sk-)${TOKEN_START}sk-[A-Za-z0-9]{20,}`, 'g'),
    measure: (token) => (looksRandom(token.slice(3)) ? unlessPlaceholder(token) : 0),
  },
  {
    // Three parts signed (JWS), five encrypted (JWE). It starts only where its own characters do, and so is read once.
    name: 'jwt',
    kind: 'jwt',
    needles: ['eyJ'],
    expression:
      /(?<=(?<![\w-])|\\[nrt]|%[\da-fA-F]{2}|\u001b\[[\d;]{0,12}m)(?<secret>eyJ[\w-]{8,}(?:\.[\w-]{2,}){1,4})/g,
  },
];
