import { rowsOf, withBetaTwins } from './operation-rows.js';

const messages = rowsOf('model_group');
const tokens = rowsOf('token_count');
const batches = rowsOf('batch');

/**
 * The Messages API. Counting tokens is free. A batch is billed for what its requests used, which only its results tell;
 * they are read free of charge.
 */
export const MESSAGES_OPERATIONS = withBetaTwins([
  messages.paid('messages.create', '/v1/messages', { usage: 'message', repeat: 'costly' }),
  tokens.post('messages.countTokens', '/v1/messages/count_tokens'),

  batches.paid('messages.batches.create', '/v1/messages/batches', { usage: 'none', repeat: 'creates' }),
  batches.read('messages.batches.retrieve', '/v1/messages/batches/{id}'),
  batches.read('messages.batches.list', '/v1/messages/batches'),
  batches.remove('messages.batches.delete', '/v1/messages/batches/{id}'),
  batches.post('messages.batches.cancel', '/v1/messages/batches/{id}/cancel'),
  batches.read('messages.batches.results', '/v1/messages/batches/{id}/results', 'batch-results'),
]);
