import { clientOf, errorOf, send, startSimulator } from '../spec-support/harness.js';
import { KNOWN_MODELS } from './known-models.js';
import { completeModel } from './model.js';

const FIVE = ['model-1', 'model-2', 'model-3', 'model-4', 'model-5'];

describe('the Models API', () => {
  it('lists every model through the pages of the SDK', async () => {
    const client = clientOf(await startSimulator());
    const ids: string[] = [];
    for await (const { id } of client.models.list({ limit: 4 })) ids.push(id);
    expect(ids).toEqual(KNOWN_MODELS.map(({ id }) => id));
  });

  it('gives a page after or before an id', async () => {
    const client = clientOf(await startSimulator({ models: FIVE }));
    const page = async (params: object): Promise<readonly unknown[]> => {
      const { data, has_more: hasMore, first_id: first, last_id: last } = await client.models.list(params);
      return [data.map(({ id }) => id.at(-1)).join(''), hasMore, first, last];
    };
    expect(await page({ limit: 2 })).toEqual(['12', true, 'model-1', 'model-2']);
    expect(await page({ limit: 2, after_id: 'model-3' })).toEqual(['45', false, 'model-4', 'model-5']);
    expect(await page({ limit: 2, before_id: 'model-4' })).toEqual(['23', true, 'model-2', 'model-3']);
    expect(await page({ limit: 2, before_id: 'model-3' })).toEqual(['12', false, 'model-1', 'model-2']);
    expect(await page({ after_id: 'model-5' })).toEqual(['', false, null, null]);
  });

  it.each(['limit=0', 'limit=x', 'after_id=nobody', 'after_id=a&before_id=b', 'lifecycle=old'])(
    'refuses ?%s',
    async (query) => {
      expect((await send(await startSimulator(), `/v1/models?${query}`)).status).toBe(400);
    },
  );

  it('tells limits, line and capabilities of one model', async () => {
    const model = await clientOf(await startSimulator()).models.retrieve('claude-opus-5-5');
    expect(model).toMatchObject({
      type: 'model',
      display_name: 'Claude Opus 5.5',
      line: 'opus',
      lifecycle: 'active',
      max_input_tokens: 1_000_000,
      max_tokens: 128_000,
      capabilities: { thinking: { types: { disabled: { supported: false }, adaptive: { supported: true } } } },
    });
  });

  it('resolves an alias', async () => {
    const { id } = await clientOf(await startSimulator()).models.retrieve('claude-haiku-4-5');
    expect(id).toBe('claude-haiku-4-5-20251001');
  });

  it('answers an unknown id with a 404', async () => {
    const response = await send(await startSimulator(), '/v1/models/gpt%204');
    expect([response.status, await errorOf(response)]).toEqual([
      404,
      { type: 'not_found_error', message: 'model: gpt 4' },
    ]);
  });

  it('lists retired models only when asked, and serves none of them', async () => {
    const simulator = await startSimulator({ models: ['claude-opus-5', { id: 'old', lifecycle: 'retired' }] });
    const client = clientOf(simulator);
    const list = async (lifecycle?: 'retired'[]): Promise<string[]> =>
      (await client.models.list(lifecycle ? { lifecycle } : {})).data.map(({ id }) => id);
    expect(await list()).toEqual(['claude-opus-5']);
    expect(await list(['retired'])).toEqual(['old']);
    const messages = [{ role: 'user' as const, content: 'Hello' }];
    await expect(client.messages.create({ model: 'old', max_tokens: 5, messages })).rejects.toThrow('model: old');
  });

  it('can be scripted', async () => {
    const simulator = await startSimulator();
    simulator.onModels().failWith(529).once().thenReply({ data: [], has_more: false, first_id: null, last_id: null });
    const client = clientOf(simulator);
    await expect(client.models.list()).rejects.toThrow('Overloaded');
    expect((await client.models.list()).data).toEqual([]);
  });
});

describe('completeModel', () => {
  it.each([
    ['claude-opus-5', 'Claude Opus 5'],
    ['claude-sonnet-4-5-20250929', 'Claude Sonnet 4.5'],
    ['claude-mythos-preview', 'Claude Mythos Preview'],
  ])('names %s %s', (id, name) => {
    expect(completeModel({ id }).displayName).toBe(name);
  });
});
