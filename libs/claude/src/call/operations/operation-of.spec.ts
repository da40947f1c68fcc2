import { UNKNOWN_OPERATION, UNKNOWN_READ } from './operation.js';
import { operationOf, operationOfOptions } from './operation-of.js';

const nameOf = (...request: Parameters<typeof operationOf>) => operationOf(...request).name;

describe('operationOf', () => {
  it('tells the operations of one path apart by method', () => {
    expect(nameOf('get', '/v1/files')).toBe('files.list');
    expect(nameOf('post', '/v1/files')).toBe('files.upload');
    expect(nameOf('get', '/v1/files/file_1')).toBe('files.retrieveMetadata');
    expect(nameOf('delete', '/v1/files/file_1')).toBe('files.delete');
  });

  it('tells a beta method from its stable twin by the flag', () => {
    expect(nameOf('post', '/v1/messages')).toBe('messages.create');
    expect(nameOf('post', '/v1/messages', true)).toBe('beta.messages.create');
    expect(nameOf('get', '/v1/messages/batches/b_1')).toBe('messages.batches.retrieve');
    expect(nameOf('get', '/v1/messages/batches/b_1', true)).toBe('beta.messages.batches.retrieve');
  });

  it('tells a beta method by beta=true in the query of the path', () => {
    expect(nameOf('post', '/v1/messages?beta=true')).toBe('beta.messages.create');
    expect(nameOf('post', '/v1/messages?x=1&beta=true')).toBe('beta.messages.create');
    expect(nameOf('get', '/v1/models/m?beta=true&x=1')).toBe('beta.models.retrieve');
    expect(nameOf('post', '/v1/messages?beta=false')).toBe('messages.create');
    expect(nameOf('post', '/v1/messages?alphabeta=true')).toBe('messages.create');
    expect(nameOf('post', '/v1/messages#top')).toBe('messages.create');
  });

  it('finds what exists only once whatever the flag says', () => {
    expect(nameOf('post', '/v1/agents')).toBe('beta.agents.create');
    expect(nameOf('get', '/v1/skills/s/versions/1/content')).toBe('beta.skills.versions.download');
  });

  it('takes encoded ids as one segment', () => {
    expect(nameOf('get', '/v1/models/a%2Fb%20c')).toBe('models.retrieve');
    expect(nameOf('get', '/v1/models/us.anthropic.claude:0@2026')).toBe('models.retrieve');
    expect(nameOf('get', '/v1/models/..a')).toBe('models.retrieve');
  });

  it('prefers a literal segment to an id, but an id may look like one', () => {
    expect(nameOf('get', '/v1/environments/e/work/poll')).toBe('beta.environments.work.poll');
    expect(nameOf('get', '/v1/environments/e/work/w_1')).toBe('beta.environments.work.retrieve');
    expect(nameOf('get', '/v1/organizations/spend_limits/effective')).toBe('organization.spendLimits.effective.list');
    expect(nameOf('post', '/v1/environments/e/work/poll/ack')).toBe('beta.environments.work.ack');
  });

  it('takes an absolute URL, with or without a base path', () => {
    const results = '/v1/messages/batches/b_1/results';
    expect(nameOf('get', `https://api.anthropic.com${results}`)).toBe('messages.batches.results');
    expect(nameOf('get', `https://api.anthropic.com${results}?beta=true`)).toBe('beta.messages.batches.results');
    expect(nameOf('get', `http://127.0.0.1:3000/claude${results}`, true)).toBe('beta.messages.batches.results');
    expect(nameOf('post', 'https://api.anthropic.com/v1/messages')).toBe('messages.create');
    expect(operationOf('post', 'https://api.anthropic.com/')).toBe(UNKNOWN_OPERATION);
  });

  it('takes a method in any case', () => {
    expect(nameOf('POST', '/v1/messages')).toBe('messages.create');
  });

  it('meters what it does not know as a message, unless it only reads', () => {
    expect(operationOf('post', '/v1/complete')).toBe(UNKNOWN_OPERATION);
    expect(operationOf('PATCH', '/v1/messages')).toBe(UNKNOWN_OPERATION);
    expect(operationOf('get', '/v1/messages')).toBe(UNKNOWN_READ);
    expect(operationOf('HEAD', '/v1/models')).toBe(UNKNOWN_READ);
    expect(UNKNOWN_OPERATION).toMatchObject({ cost: 'paid', usage: 'message', limit: 'model_group' });
    expect(UNKNOWN_READ).toMatchObject({ cost: 'unpaid', repeat: 'safe' });
  });

  it.each([
    '/v1/messages/',
    '//v1/messages',
    'v1/messages',
    '/v1/agents/../messages',
    '/v1/agents/..',
    '/v1/agents/%2E%2e',
    '/v1/agents/..\\messages',
    '/v1/agents/.;x',
    '/v1/agents/',
    '/v1/agents/a b',
    '',
  ])('does not take %p for an unpaid operation, since the wire may carry another path', (path) => {
    expect(operationOf('post', path)).toBe(UNKNOWN_OPERATION);
  });

  it('does not know the names of what JavaScript objects inherit', () => {
    expect(operationOf('constructor', '/v1/messages')).toBe(UNKNOWN_OPERATION);
    expect(operationOf('post', '__proto__')).toBe(UNKNOWN_OPERATION);
  });
});

describe('operationOfOptions', () => {
  const options = { method: 'post', path: '/v1/messages' };

  it("reads the SDK's own mark of a beta method", () => {
    expect(operationOfOptions({ ...options, __qualifiers: { beta: 'true' } }).name).toBe('beta.messages.create');
  });

  it('reads beta=true in the query of a request made by hand', () => {
    expect(operationOfOptions({ ...options, query: { beta: 'true' } }).name).toBe('beta.messages.create');
    expect(operationOfOptions({ ...options, query: { beta: true } }).name).toBe('beta.messages.create');
    expect(operationOfOptions({ ...options, path: '/v1/messages?beta=true' }).name).toBe('beta.messages.create');
  });

  it('takes everything else for the stable method', () => {
    expect(operationOfOptions(options).name).toBe('messages.create');
    expect(operationOfOptions({ ...options, query: null, __qualifiers: {} }).name).toBe('messages.create');
  });
});
