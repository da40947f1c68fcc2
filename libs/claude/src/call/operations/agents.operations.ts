import { inBeta, rowsOf } from './operation-rows.js';

const { read, post, create, remove, paid } = rowsOf('managed_agents');
const tunnels = rowsOf('none');

/**
 * Managed Agents. A session runs models on the server and is billed for their tokens and its running time: whatever
 * starts one or sends it events is paid, though the answer comes before the spending. Usage shows later, in the session
 * and its events. Creating a deployment is unpaid: each of its runs starts a session.
 */
export const AGENTS_OPERATIONS = inBeta([
  create('agents.create', '/v1/agents'),
  read('agents.retrieve', '/v1/agents/{id}'),
  post('agents.update', '/v1/agents/{id}'),
  read('agents.list', '/v1/agents'),
  post('agents.archive', '/v1/agents/{id}/archive'),

  read('agents.versions.list', '/v1/agents/{id}/versions'),

  create('environments.create', '/v1/environments'),
  read('environments.retrieve', '/v1/environments/{id}'),
  post('environments.update', '/v1/environments/{id}'),
  read('environments.list', '/v1/environments'),
  remove('environments.delete', '/v1/environments/{id}'),
  post('environments.archive', '/v1/environments/{id}/archive'),

  read('environments.work.retrieve', '/v1/environments/{id}/work/{id}'),
  post('environments.work.update', '/v1/environments/{id}/work/{id}'),
  read('environments.work.list', '/v1/environments/{id}/work'),
  post('environments.work.ack', '/v1/environments/{id}/work/{id}/ack'),
  post('environments.work.heartbeat', '/v1/environments/{id}/work/{id}/heartbeat'),
  read('environments.work.poll', '/v1/environments/{id}/work/poll'),
  read('environments.work.stats', '/v1/environments/{id}/work/stats'),
  post('environments.work.stop', '/v1/environments/{id}/work/{id}/stop'),

  paid('sessions.create', '/v1/sessions', { usage: 'running-total', repeat: 'creates' }),
  read('sessions.retrieve', '/v1/sessions/{id}', 'running-total'),
  post('sessions.update', '/v1/sessions/{id}', 'running-total'),
  read('sessions.list', '/v1/sessions', 'running-total'),
  remove('sessions.delete', '/v1/sessions/{id}'),
  post('sessions.archive', '/v1/sessions/{id}/archive', 'running-total'),

  read('sessions.events.list', '/v1/sessions/{id}/events', 'session-events'),
  paid('sessions.events.send', '/v1/sessions/{id}/events', { usage: 'none', repeat: 'creates' }),
  read('sessions.events.stream', '/v1/sessions/{id}/events/stream', 'session-events'),

  read('sessions.resources.retrieve', '/v1/sessions/{id}/resources/{id}'),
  post('sessions.resources.update', '/v1/sessions/{id}/resources/{id}'),
  read('sessions.resources.list', '/v1/sessions/{id}/resources'),
  remove('sessions.resources.delete', '/v1/sessions/{id}/resources/{id}'),
  create('sessions.resources.add', '/v1/sessions/{id}/resources'),

  read('sessions.threads.retrieve', '/v1/sessions/{id}/threads/{id}', 'running-total'),
  read('sessions.threads.list', '/v1/sessions/{id}/threads', 'running-total'),
  post('sessions.threads.archive', '/v1/sessions/{id}/threads/{id}/archive', 'running-total'),

  read('sessions.threads.events.list', '/v1/sessions/{id}/threads/{id}/events', 'session-events'),
  read('sessions.threads.events.stream', '/v1/sessions/{id}/threads/{id}/stream', 'session-events'),

  create('deployments.create', '/v1/deployments'),
  read('deployments.retrieve', '/v1/deployments/{id}'),
  post('deployments.update', '/v1/deployments/{id}'),
  read('deployments.list', '/v1/deployments'),
  post('deployments.archive', '/v1/deployments/{id}/archive'),
  post('deployments.pause', '/v1/deployments/{id}/pause'),
  paid('deployments.run', '/v1/deployments/{id}/run', { usage: 'none', repeat: 'creates' }),
  post('deployments.unpause', '/v1/deployments/{id}/unpause'),

  read('deploymentRuns.retrieve', '/v1/deployment_runs/{id}'),
  read('deploymentRuns.list', '/v1/deployment_runs'),

  create('vaults.create', '/v1/vaults'),
  read('vaults.retrieve', '/v1/vaults/{id}'),
  post('vaults.update', '/v1/vaults/{id}'),
  read('vaults.list', '/v1/vaults'),
  remove('vaults.delete', '/v1/vaults/{id}'),
  post('vaults.archive', '/v1/vaults/{id}/archive'),

  create('vaults.credentials.create', '/v1/vaults/{id}/credentials'),
  read('vaults.credentials.retrieve', '/v1/vaults/{id}/credentials/{id}'),
  post('vaults.credentials.update', '/v1/vaults/{id}/credentials/{id}'),
  read('vaults.credentials.list', '/v1/vaults/{id}/credentials'),
  remove('vaults.credentials.delete', '/v1/vaults/{id}/credentials/{id}'),
  post('vaults.credentials.archive', '/v1/vaults/{id}/credentials/{id}/archive'),
  post('vaults.credentials.mcpOAuthValidate', '/v1/vaults/{id}/credentials/{id}/mcp_oauth_validate'),

  create('memoryStores.create', '/v1/memory_stores'),
  read('memoryStores.retrieve', '/v1/memory_stores/{id}'),
  post('memoryStores.update', '/v1/memory_stores/{id}'),
  read('memoryStores.list', '/v1/memory_stores'),
  remove('memoryStores.delete', '/v1/memory_stores/{id}'),
  post('memoryStores.archive', '/v1/memory_stores/{id}/archive'),

  create('memoryStores.memories.create', '/v1/memory_stores/{id}/memories'),
  read('memoryStores.memories.retrieve', '/v1/memory_stores/{id}/memories/{id}'),
  post('memoryStores.memories.update', '/v1/memory_stores/{id}/memories/{id}'),
  read('memoryStores.memories.list', '/v1/memory_stores/{id}/memories'),
  remove('memoryStores.memories.delete', '/v1/memory_stores/{id}/memories/{id}'),

  read('memoryStores.memoryVersions.retrieve', '/v1/memory_stores/{id}/memory_versions/{id}'),
  read('memoryStores.memoryVersions.list', '/v1/memory_stores/{id}/memory_versions'),
  post('memoryStores.memoryVersions.redact', '/v1/memory_stores/{id}/memory_versions/{id}/redact'),

  paid('dreams.create', '/v1/dreams', { usage: 'running-total', repeat: 'creates' }),
  read('dreams.retrieve', '/v1/dreams/{id}', 'running-total'),
  read('dreams.list', '/v1/dreams', 'running-total'),
  post('dreams.archive', '/v1/dreams/{id}/archive', 'running-total'),
  post('dreams.cancel', '/v1/dreams/{id}/cancel', 'running-total'),

  tunnels.create('tunnels.create', '/v1/tunnels'),
  tunnels.read('tunnels.retrieve', '/v1/tunnels/{id}'),
  tunnels.read('tunnels.list', '/v1/tunnels'),
  tunnels.post('tunnels.archive', '/v1/tunnels/{id}/archive'),
  tunnels.post('tunnels.revealToken', '/v1/tunnels/{id}/reveal_token'),
  tunnels.create('tunnels.rotateToken', '/v1/tunnels/{id}/rotate_token'),

  tunnels.create('tunnels.certificates.create', '/v1/tunnels/{id}/certificates'),
  tunnels.read('tunnels.certificates.retrieve', '/v1/tunnels/{id}/certificates/{id}'),
  tunnels.read('tunnels.certificates.list', '/v1/tunnels/{id}/certificates'),
  tunnels.post('tunnels.certificates.archive', '/v1/tunnels/{id}/certificates/{id}/archive'),
]);
