import type Anthropic from '@anthropic-ai/sdk';
import type { Operation } from './operation.js';
import { operationOfOptions } from './operation-of.js';
import { OPERATIONS } from './operations.table.js';
import { REPORTS_OPERATIONS } from './reports.operations.js';
import { record, recordingClient, walk, type WalkedMethod } from './spec-support/sdk-walk.js';

/** Methods that are no operation of their own, and why. */
const HELPERS: Readonly<Record<string, string>> = {
  'messages.parse': 'calls messages.create',
  'messages.stream': 'calls messages.create',
  'beta.messages.parse': 'calls beta.messages.create',
  'beta.messages.stream': 'calls beta.messages.create',
  'beta.messages.toolRunner': 'calls beta.messages.create every turn',
  'beta.messages._toolRunnerThread': 'internal part of toolRunner, sends nothing',
  'beta.messages.thread': 'calls beta.messages.create every turn',
  'beta.sessions.events.toolRunner': 'calls beta.sessions.events.stream, list and send',
  'beta.environments.work.poller': 'calls beta.environments.work.poll, ack and stop',
  'beta.environments.work.worker': 'calls the methods of beta.environments.work and beta.sessions',
  'beta.webhooks.unwrap': 'verifies a received body, sends nothing',
  'beta.webhooks.parseUnverified': 'parses a received body, sends nothing',
};
const HELPER_NAMES = new Set(Object.keys(HELPERS));

/** What is wrong with the table, by the methods of the SDK: a sentence for each. */
function findings(walked: readonly WalkedMethod[]): string[] {
  return walked.flatMap(({ name, requests, error }) => {
    if (HELPER_NAMES.has(name)) return [];
    const last = requests.at(-1);
    if (last === undefined) return [`${name} sent no request: ${String(error)}`];
    const found = operationOfOptions(last).name;
    return found === name ? [] : [`${name} (${last.method} ${last.path}) is listed as ${found}`];
  });
}

function namesWhere(matches: (operation: Operation) => boolean): string[] {
  return OPERATIONS.filter(matches).map(({ name }) => name);
}

function isCreation({ name }: Operation): boolean {
  return /\.(?:create\w*|upload)$/.test(name);
}

function limitsOf(part: RegExp): string[] {
  return [...new Set(OPERATIONS.filter(({ path }) => part.test(path)).map(({ limit }) => limit))];
}

describe('the operations table', () => {
  let walked: WalkedMethod[];

  beforeAll(async () => {
    walked = await walk(recordingClient(), HELPER_NAMES);
  });

  it('names every method of the SDK that sends a request', () => {
    expect(walked.length).toBeGreaterThan(300);
    expect(findings(walked)).toEqual([]);
  });

  it('has no row that no method of the SDK reaches', () => {
    const reached = new Set(
      walked.flatMap(({ requests }) => requests.map((request) => operationOfOptions(request).name)),
    );
    expect(namesWhere(({ name }) => !reached.has(name))).toEqual(REPORTS_OPERATIONS.map(({ name }) => name));
  });

  it('knows the reports that are asked for without a method', async () => {
    const client = recordingClient();
    const paths = REPORTS_OPERATIONS.map(({ path }) => `${path}?limit=31`);
    const { requests } = await record(() => Promise.all(paths.map((path) => client.get(path))));
    expect(requests.map((request) => operationOfOptions(request))).toEqual(REPORTS_OPERATIONS);
  });

  it('lists each operation once', () => {
    expect(new Set(OPERATIONS.map(({ name }) => name)).size).toBe(OPERATIONS.length);
    expect(new Set(OPERATIONS.map(({ method, path, beta }) => `${method} ${path} ${beta}`)).size).toBe(
      OPERATIONS.length,
    );
  });

  it('excuses only helpers the SDK still has', () => {
    const names = new Set(walked.map(({ name }) => name));
    expect([...HELPER_NAMES].filter((name) => !names.has(name))).toEqual([]);
  });

  it('is found wanting when the SDK has a method it does not list, or lists under another name', async () => {
    const client = recordingClient();
    Object.assign(client, {
      things: {
        _client: client,
        reap: (id: string) => client.post(`/v1/things/${id}/reap`),
        models: () => client.get('/v1/models'),
        count: () => 0,
      },
    });

    const things = (await walk(client, HELPER_NAMES)).filter(({ name }) => name.startsWith('things.'));
    expect(findings(things)).toEqual([
      'things.reap (post /v1/things/id_1/reap) is listed as unknown',
      'things.models (get /v1/models) is listed as models.list',
      'things.count sent no request: undefined',
    ]);
  });

  const params = { model: 'm', max_tokens: 1, messages: [{ role: 'user' as const, content: 'hi' }] };
  it.each<[helper: string, expected: string, use: (client: Anthropic) => PromiseLike<unknown>]>([
    ['messages.parse', 'messages.create', (client) => client.messages.parse(params)],
    ['messages.stream', 'messages.create', (client) => client.messages.stream(params).done()],
    ['beta.messages.parse', 'beta.messages.create', (client) => client.beta.messages.parse(params)],
    ['beta.messages.stream', 'beta.messages.create', (client) => client.beta.messages.stream(params).done()],
    [
      'beta.messages.toolRunner',
      'beta.messages.create',
      (client) => client.beta.messages.toolRunner({ ...params, tools: [] }).runUntilDone(),
    ],
  ])('sees the calls of the helper %s as %s', async (_helper, expected, use) => {
    const client = recordingClient();
    const { requests } = await record(() => use(client));
    expect(requests.map((request) => operationOfOptions(request).name)).toEqual([expected]);
  });
});

describe('what the operations table judges', () => {
  const paid = [
    'messages.create',
    'messages.batches.create',
    'beta.messages.create',
    'beta.messages.batches.create',
    'beta.sessions.create',
    'beta.sessions.events.send',
    'beta.deployments.run',
    'beta.dreams.create',
  ];

  it('holds for paid exactly what starts spending by tokens', () => {
    expect(namesWhere(({ cost }) => cost === 'paid').toSorted()).toEqual(paid.toSorted());
  });

  it('finds usage in messages, in batch results, and in sessions, threads and dreams', () => {
    expect(namesWhere(({ usage }) => usage === 'message')).toEqual(['messages.create', 'beta.messages.create']);
    expect(namesWhere(({ usage }) => usage === 'batch-results')).toEqual([
      'messages.batches.results',
      'beta.messages.batches.results',
    ]);
    const elsewhere = namesWhere(({ usage }) => usage === 'running-total' || usage === 'session-events');
    expect(elsewhere.filter((name) => !/^beta\.(?:sessions|dreams)\./.test(name))).toEqual([]);
  });

  it('repeats reads and deletions, and never what is paid as if it were free', () => {
    expect(namesWhere(({ method, repeat }) => (method === 'get' || method === 'delete') && repeat !== 'safe')).toEqual(
      [],
    );
    expect(namesWhere(({ cost, repeat }) => cost === 'paid' && repeat === 'safe')).toEqual([]);
  });

  it('repeats a creation only where the API answers with the object that is already there', () => {
    expect(namesWhere((operation) => isCreation(operation) && operation.repeat !== 'creates')).toEqual([
      'messages.create',
      'beta.messages.create',
      'beta.organization.claudeTag.slackChannels.create',
      'beta.organization.claudeTag.bundles.targets.create',
    ]);
  });

  it('puts each part of the API on its own rate limit', () => {
    expect(limitsOf(/^\/v1\/messages$/)).toEqual(['model_group']);
    expect(limitsOf(/^\/v1\/messages\/count_tokens$/)).toEqual(['token_count']);
    expect(limitsOf(/^\/v1\/messages\/batches/)).toEqual(['batch']);
    expect(limitsOf(/^\/v1\/files/)).toEqual(['files']);
    expect(limitsOf(/^\/v1\/skills/)).toEqual(['skills']);
    expect(
      limitsOf(/^\/v1\/(?:agents|sessions|environments|deployments|deployment_runs|vaults|memory_stores|dreams)/),
    ).toEqual(['managed_agents']);
    expect(limitsOf(/^\/v1\/(?:models|user_profiles|tunnels|organizations)/)).toEqual(['none']);
  });
});
