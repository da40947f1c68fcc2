import { createVirtualKey, KeyUnavailableError } from 'nestjs-claude';
import { explainStartFailure } from '../../src/errors/start-failure.js';
import { startGateway } from '../../src/gateway.js';
import { readSettings } from '../../src/settings.js';
import { ADMIN, afterTest, configFile, gatewayWithConfig, HELLO, send, startPair, startSimulator } from './support.js';

/** One caller, so that other machines may be let in. */
const KEYS = { GATEWAY_KEYS: JSON.stringify({ keys: [{ id: 'a', hash: createVirtualKey('a').hash }] }) };

type Environment = Readonly<Record<string, string>>;

/** Runs a function with variables in the environment, where the module looks for some of them itself. */
async function withEnvironment<T>(env: Environment, run: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await run();
  } finally {
    process.env = before;
  }
}

/** What the process prints before it exits with 1, or null when it starts. */
function failureOf(env: Environment): Promise<string | null> {
  return withEnvironment({ PORT: '0', ...env }, async () => {
    try {
      const gateway = await startGateway(readSettings(process.env), () => undefined);
      await gateway.close();
      return null;
    } catch (error) {
      return explainStartFailure(error);
    }
  });
}

describe('A setting that cannot be accepted ends the start with one line', () => {
  it.each<[Environment, string | RegExp]>([
    [{ PORT: 'abc' }, 'PORT must be a whole number from 0 to 65535, not "abc".'],
    [{ PORT: '65536' }, 'PORT must be a whole number from 0 to 65535, not "65536".'],
    [{ PORT: '-1' }, 'PORT must be a whole number from 0 to 65535, not "-1".'],
    [{ PORT: '3e3' }, 'PORT must be a whole number from 0 to 65535, not "3e3".'],
    [{ ...ADMIN, ADMIN_PORT: 'x' }, 'ADMIN_PORT must be a whole number from 0 to 65535, not "x".'],
    [{ ADMIN_PORT: '0' }, /ADMIN_PORT needs ADMIN_TOKEN.*: set it, .*or unset ADMIN_PORT\.$/],
    [
      { ADMIN_TOKEN: ADMIN.ADMIN_TOKEN },
      /ADMIN_TOKEN does nothing without ADMIN_PORT: set ADMIN_PORT .*ADMIN_TOKEN\.$/,
    ],
    [{ ADMIN_HOST: '127.0.0.1' }, /ADMIN_HOST does nothing without ADMIN_PORT: set ADMIN_PORT .*ADMIN_HOST\.$/],
    [
      { ...ADMIN, ADMIN_PORT: '8080', PORT: '8080' },
      /ADMIN_PORT is 8080, where the gateway listens: set it to another/,
    ],
    [{ ...ADMIN, ADMIN_TOKEN: 'fifteen-letters' }, /ADMIN_TOKEN must be 16 to 512 visible ASCII characters/],
    [{ ...ADMIN, ADMIN_TOKEN: 'sixteen letters.' }, /ADMIN_TOKEN must be 16 to 512 visible ASCII characters/],
    [{ ...ADMIN, ADMIN_TOKEN: 'sixteen-létters.' }, /ADMIN_TOKEN must be 16 to 512 visible ASCII characters/],
    [{ ...ADMIN, ADMIN_HOST: '203.0.113.1', ANTHROPIC_API_KEY: 'k' }, /ADMIN_HOST is not an address of this machine/],
    [{ BODY_LIMIT_BYTES: '0' }, /^The gateway did not start\. BODY_LIMIT_BYTES must be a whole number from 1/],
    [{ ANTHROPIC_BASE_URL: 'nowhere' }, /ANTHROPIC_BASE_URL must be an http or https URL/],
    [{ ANTHROPIC_BASE_URL: 'ftp://host', ANTHROPIC_API_KEY: 'k' }, /ANTHROPIC_BASE_URL must be an http or https URL/],
    [
      { ANTHROPIC_BASE_URL: 'http://api.example', ANTHROPIC_API_KEY: 'k' },
      /^The.*ANTHROPIC_BASE_URL must be an https URL/,
    ],
    [{ ANTHROPIC_BASE_URL: 'http://2130706434.example' }, /ANTHROPIC_BASE_URL must be an https URL/],
    [{ HEADERS_TIMEOUT_MS: '0' }, /HEADERS_TIMEOUT_MS must be a whole number from 10/],
    [{ HOST: '0.0.0.0' }, /HOST is open to other machines.*set GATEWAY_KEYS_FILE, or leave HOST at 127\.0\.0\.1\.$/],
    [{ HOST: 'no.such.host.invalid', ANTHROPIC_API_KEY: 'k', ...KEYS }, /HOST is not an address of this machine/],
    [{ HOST: '203.0.113.1', ANTHROPIC_API_KEY: 'k', ...KEYS }, /HOST is not an address of this machine/],
    [
      { CLAUDE_CONFIG: '/no/such/file.json' },
      'CLAUDE_CONFIG: /no/such/file.json cannot be read (ENOENT): correct the path, or unset the variable.',
    ],
  ])('%j', async (env, line) => {
    const failure = await failureOf(env);
    expect(failure).toMatch(/^The gateway did not start\. /);
    expect(failure).toMatch(line);
    expect(failure).not.toContain('\n');
    if (env['ADMIN_TOKEN'] !== undefined) expect(failure).not.toContain(env['ADMIN_TOKEN']);
  });

  it.each<[string, RegExp]>([
    ['{"retry": ', /claude\.json is not valid JSON\.$/],
    ['[1]', /claude\.json must hold a JSON object with options of ClaudeModule\.$/],
    ['null', /claude\.json must hold a JSON object with options of ClaudeModule\.$/],
    ['{"retries": 3}', /`retries` is no option: .*\(CLAUDE_CONFIG: .*claude\.json\)$/],
    [
      '{"retry": {"maxAttempts": "3"}, "apiKey": 5}',
      /`apiKey` must be .*`retry\.maxAttempts` must be .*claude\.json\)$/,
    ],
    ['{"baseURL": "http://api.example", "apiKey": "k"}', /`baseURL` must be an https URL/],
    [
      '{"endpoints": [{"name": "a", "apiKey": "k", "baseURL": "http://10.0.0.1"}]}',
      /`endpoints\[0\]\.baseURL` must be an https URL/,
    ],
    ['{"baseURL": "nowhere", "apiKey": "k"}', /`baseURL` must be an http or https URL .*claude\.json\)$/],
  ])('CLAUDE_CONFIG with %s', async (text, line) => {
    const failure = await failureOf({ CLAUDE_CONFIG: configFile(text) });
    expect(failure).toMatch(line);
    expect(failure).not.toContain('\n');
  });

  it('a file that is not JSON does not show in the line, since it may hold a key', async () => {
    expect(await failureOf({ CLAUDE_CONFIG: configFile('{"apiKey": sk-ant-secret}') })).not.toContain('secret');
  });

  it('a port that is taken', async () => {
    const { gateway } = await startPair();
    const port = new URL(gateway.url).port;
    const line = `The gateway did not start. Port ${port} of 127.0.0.1 is in use: set PORT to another one, or to 0 for any that is free.`;
    expect(await failureOf({ PORT: port, ANTHROPIC_API_KEY: 'k' })).toBe(line);
    expect(await failureOf({ PORT: port })).toBe(line);
  });

  it('whatever else is thrown', () => {
    expect(explainStartFailure(new Error('a\n  - b'))).toBe('The gateway did not start. a b');
    expect(explainStartFailure('secret')).toBe('The gateway did not start. Something was thrown that is no error.');
  });
});

describe('The settings', () => {
  it.each(['http://127.0.0.1:1', 'http://localhost', 'http://[::1]:1', 'http://2130706433', 'https://api.example'])(
    'take %s as an upstream',
    (url) => {
      expect(() => readSettings({ ANTHROPIC_BASE_URL: url })).not.toThrow();
    },
  );

  it('have defaults, also for variables that are empty', () => {
    const defaults = {
      port: 3000,
      host: '127.0.0.1',
      bodyLimitBytes: 32 * 1024 * 1024,
      timeouts: { headersMs: 10_000, requestMs: 60_000, writeMs: 30_000 },
      keys: null,
      log: { format: 'text', levels: ['log', 'warn', 'error', 'fatal'] },
      admin: null,
      claude: {},
      hasKey: false,
      hasBaseURL: false,
      stores: { redisUrl: null, databaseUrl: null, migrates: false, journalDirectory: null },
    };
    expect(readSettings({})).toEqual(defaults);
    expect(readSettings({ PORT: '', HOST: ' ', CLAUDE_CONFIG: '', BODY_LIMIT_BYTES: '' })).toEqual(defaults);
  });

  it.each<[string, Environment]>([
    ['ANTHROPIC_API_KEY', { ANTHROPIC_API_KEY: 'k' }],
    ['ANTHROPIC_AUTH_TOKEN', { ANTHROPIC_AUTH_TOKEN: 'k' }],
  ])('know of a key in %s', (_name, env) => {
    expect(readSettings(env).hasKey).toBe(true);
  });

  it('take options of the module from a file', async () => {
    const sim = await startSimulator({ apiKeys: ['from-file'] });
    sim.onMessage().failWith(500).times(2).thenReply('third time lucky');
    const claude = { apiKey: 'from-file', baseURL: sim.url, retry: { maxAttempts: 3, baseDelayMs: 1 } };
    const gateway = await gatewayWithConfig(claude);
    expect((await send(gateway, '/v1/messages', { body: HELLO })).text).toContain('third time lucky');
  });
});

describe('The start', () => {
  it('ends with one line that says where to find the gateway and how to try it', async () => {
    const sim = await startSimulator();
    const lines: string[] = [];
    const settings = readSettings({
      PORT: '0',
      ANTHROPIC_API_KEY: 'k',
      CLAUDE_CONFIG: configFile(`{"baseURL":"${sim.url}","apiKey":"k"}`),
    });
    const gateway = await startGateway(settings, (line) => lines.push(line));
    afterTest(() => gateway.close());
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^No keys are set for callers \(GATEWAY_KEYS_FILE\), so the gateway serves this machine alone/,
    );
    expect(lines[1]).toMatch(/^The gateway listens on http:\/\/127\.0\.0\.1:\d+ {2}Try: curl /);
    const body = /-d '(.*)'$/.exec(lines[1] ?? '')?.[1];
    expect((await send(gateway, '/v1/messages', { body })).status).toBe(200);
  });

  it('without a key says in one line that a simulator answers, and answers', async () => {
    const lines: string[] = [];
    const gateway = await startGateway(readSettings({ PORT: '0' }), (line) => lines.push(line));
    afterTest(() => gateway.close());
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /^No API key is set \(ANTHROPIC_API_KEY\) or stored, so the answers come from the embedded simulator at http:.*, not from Claude\.$/,
    );
    const answer = await send(gateway, '/v1/messages', { body: HELLO });
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('simulated')]);
  });

  it('takes a key that is stored on this machine before any simulator, and says which', async () => {
    const sim = await startSimulator({ apiKeys: ['sk-ant-stored-on-this-machine'] });
    const lines: string[] = [];
    const settings = readSettings({ PORT: '0', CLAUDE_CONFIG: configFile(`{"baseURL":"${sim.url}"}`) });
    const stored = { name: 'keyring of this test', getKey: async () => 'sk-ant-stored-on-this-machine' };
    const gateway = await startGateway(
      settings,
      (line) => lines.push(line),
      async () => stored,
    );
    afterTest(() => gateway.close());
    expect(lines).toEqual([
      'The API key comes from the keyring of this test.',
      expect.stringContaining('No keys are set for callers'),
      expect.stringContaining('listens on'),
    ]);
    expect((await send(gateway, '/v1/messages', { body: HELLO })).status).toBe(200);
    expect(sim.requests).toMatchObject([{ apiKeyIndex: 0 }]);
  });

  it('does not start with a stored key that cannot be read, nor fall back to the simulator', async () => {
    const lines: string[] = [];
    const start = startGateway(
      readSettings({ PORT: '0' }),
      (line) => lines.push(line),
      () => Promise.reject(new KeyUnavailableError('The keyring is locked: unlock it.')),
    );
    await expect(start).rejects.toThrow('The keyring is locked');
    expect(lines).toEqual([]);
  });

  it('without a key says so too when a base URL is set that it does not use', async () => {
    const lines: string[] = [];
    const settings = readSettings({ PORT: '0', ANTHROPIC_BASE_URL: 'https://api.example' });
    const gateway = await startGateway(settings, (line) => lines.push(line));
    afterTest(() => gateway.close());
    expect(lines[0]).toMatch(/not from Claude, and the base URL that is set is not used\.$/);
  });
});
