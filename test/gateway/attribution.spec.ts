import { ClaudeService, type CallRecord } from 'nestjs-claude';
import { errorIn, HELLO, send, startPair, STREAM, type Answer } from './support.js';

interface Asked {
  readonly answer: Answer;
  /** The calls that were made. */
  readonly records: readonly CallRecord[];
  /** Names and values of the headers that reached the API. */
  readonly forwarded: string;
}

/** A request through the gateway, and what became of it. */
async function ask(
  headers: Record<string, string | string[]>,
  body: object = HELLO,
  claude: { context?: { user: string } } = {},
): Promise<Asked> {
  const { sim, gateway } = await startPair({}, claude);
  const records: CallRecord[] = [];
  gateway.app.get(ClaudeService).records.subscribe((record) => records.push(record));
  const answer = await send(gateway, '/v1/messages', { body, headers });
  const forwarded = sim.requests.map((request) => JSON.stringify(request.headers)).join();
  return { answer, records, forwarded };
}

describe('A request is attributed', () => {
  it('to the user, the tags and the kind of work that its headers name, which go no further', async () => {
    const { records, forwarded } = await ask({
      'x-claude-user': 'ada@example.com',
      'x-claude-tags': 'team=search, tier=a=b c',
      'x-claude-request-type': 'chat',
    });
    expect(records).toEqual([
      expect.objectContaining({
        user: 'ada@example.com',
        tags: { team: 'search', tier: 'a=b c' },
        requestType: 'chat',
      }),
    ]);
    expect(forwarded).toContain('anthropic-version');
    expect(forwarded).not.toMatch(/x-claude|ada@example/);
  });

  it.each([
    ['as it is', 'user-1', 'user-1'],
    ['in any script', ' 王 芳\u{1f600} ', '王 芳\u{1f600}'],
    ['of 100 characters at most', '\u{1f600}'.repeat(101), '\u{1f600}'.repeat(100)],
  ])('to the user that metadata names, %s', async (_, user_id, user) => {
    const { records, answer } = await ask({}, { ...HELLO, metadata: { user_id } });
    expect([answer.status, records[0]?.user]).toEqual([200, user]);
  });

  it('to the header rather than the metadata, and to either rather than to what the module is set to', async () => {
    const metadata = { user_id: 'of metadata' };
    const claude = { context: { user: 'of the module' } };
    const [header] = (await ask({ 'x-claude-user': 'of the header' }, { ...HELLO, metadata }, claude)).records;
    const [body] = (await ask({}, { ...STREAM, metadata }, claude)).records;
    const [neither] = (await ask({}, HELLO, claude)).records;
    expect([header?.user, body?.user, neither?.user]).toEqual(['of the header', 'of metadata', 'of the module']);
  });

  it.each([
    ['no metadata', undefined],
    ['metadata that is null', null],
    ['a user that is null', { user_id: null }],
    ['an empty user', { user_id: ' ' }],
    ['a user with a line break', { user_id: 'a\nb' }],
    ['a user with half a character', { user_id: 'a\ud83d' }],
  ])('to nobody by %s, and goes on', async (_, metadata) => {
    const { records } = await ask({}, { ...HELLO, metadata });
    expect(records).toHaveLength(1);
    expect(records[0]?.user).toBeNull();
  });
});

describe('A header that attributes nothing is refused by its name', () => {
  it.each<[Record<string, string | string[]>, string]>([
    [{ 'x-claude-user': '' }, 'x-claude-user: must be 1 to 100 printable ASCII characters.'],
    [{ 'x-claude-user': 'a'.repeat(101) }, 'x-claude-user: must be 1 to 100 printable ASCII characters.'],
    [{ 'x-claude-user': 'h\u00e9l\u00e8ne' }, 'x-claude-user: must be 1 to 100 printable ASCII characters.'],
    [{ 'x-claude-user': 'a\tb' }, 'x-claude-user: must be 1 to 100 printable ASCII characters.'],
    [{ 'x-claude-user': ['a', 'b'] }, 'x-claude-user: is given more than once: give it once.'],
    [{ 'x-claude-request-type': 'a b' }, 'x-claude-request-type: must be up to 100 letters, digits'],
    [{ 'x-claude-request-type': '-a' }, 'x-claude-request-type: must be up to 100 letters, digits'],
    [{ 'x-claude-tags': '' }, 'x-claude-tags: must be up to 16 of name=value'],
    [{ 'x-claude-tags': 'team' }, 'x-claude-tags: must be up to 16 of name=value'],
    [{ 'x-claude-tags': 'team=' }, 'x-claude-tags: must be up to 16 of name=value'],
    [{ 'x-claude-tags': 'team=a,' }, 'x-claude-tags: must be up to 16 of name=value'],
    [{ 'x-claude-tags': '__proto__=a' }, 'x-claude-tags: must be up to 16 of name=value'],
    [{ 'x-claude-tags': `team=${'a'.repeat(101)}` }, 'x-claude-tags: must be up to 16 of name=value'],
    [{ 'x-claude-tags': Array.from({ length: 17 }, (_, at) => `t${at}=a`).join() }, 'x-claude-tags: must be up to 16'],
    [{ 'x-claude-tags': 'team=a,team=b' }, 'x-claude-tags: names team more than once: name it once.'],
    [{ 'x-claude-tags': ['team=a', 'tier=b'] }, 'x-claude-tags: is given more than once: give it once.'],
  ])('%j', async (headers, message) => {
    const { answer, records } = await ask(headers);
    expect(errorIn(answer)).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: expect.stringContaining(message) as string,
    });
    expect(records).toEqual([]);
  });
});
