import { rowsOf, withBetaTwins } from './operation-rows.js';

const { read, post, create, remove } = rowsOf('none');

/**
 * The Admin API, in the stable client and again under `beta`. Nothing here is billed by tokens. Adding to a list with a
 * natural key (a member, a workspace of a rule) is safe to repeat: there is never a second entry.
 */
export const ORGANIZATION_OPERATIONS = withBetaTwins([
  read('organization.retrieve', '/v1/organizations/me'),

  read('organization.apiKeys.retrieve', '/v1/organizations/api_keys/{id}'),
  post('organization.apiKeys.update', '/v1/organizations/api_keys/{id}'),
  read('organization.apiKeys.list', '/v1/organizations/api_keys'),

  create('organization.externalKeys.create', '/v1/organizations/external_keys'),
  read('organization.externalKeys.retrieve', '/v1/organizations/external_keys/{id}'),
  post('organization.externalKeys.update', '/v1/organizations/external_keys/{id}'),
  read('organization.externalKeys.list', '/v1/organizations/external_keys'),
  remove('organization.externalKeys.delete', '/v1/organizations/external_keys/{id}'),
  post('organization.externalKeys.validate', '/v1/organizations/external_keys/{id}/validate'),

  create('organization.federation.issuers.create', '/v1/organizations/federation_issuers'),
  read('organization.federation.issuers.retrieve', '/v1/organizations/federation_issuers/{id}'),
  post('organization.federation.issuers.update', '/v1/organizations/federation_issuers/{id}'),
  read('organization.federation.issuers.list', '/v1/organizations/federation_issuers'),
  post('organization.federation.issuers.archive', '/v1/organizations/federation_issuers/{id}/archive'),

  create('organization.federation.rules.create', '/v1/organizations/federation_rules'),
  read('organization.federation.rules.retrieve', '/v1/organizations/federation_rules/{id}'),
  post('organization.federation.rules.update', '/v1/organizations/federation_rules/{id}'),
  read('organization.federation.rules.list', '/v1/organizations/federation_rules'),
  post('organization.federation.rules.archive', '/v1/organizations/federation_rules/{id}/archive'),

  read('organization.federation.rules.workspaces.list', '/v1/organizations/federation_rules/{id}/workspaces'),
  post('organization.federation.rules.workspaces.add', '/v1/organizations/federation_rules/{id}/workspaces'),
  remove('organization.federation.rules.workspaces.remove', '/v1/organizations/federation_rules/{id}/workspaces/{id}'),

  create('organization.invites.create', '/v1/organizations/invites'),
  read('organization.invites.retrieve', '/v1/organizations/invites/{id}'),
  read('organization.invites.list', '/v1/organizations/invites'),
  remove('organization.invites.delete', '/v1/organizations/invites/{id}'),

  create('organization.serviceAccounts.create', '/v1/organizations/service_accounts'),
  read('organization.serviceAccounts.retrieve', '/v1/organizations/service_accounts/{id}'),
  post('organization.serviceAccounts.update', '/v1/organizations/service_accounts/{id}'),
  read('organization.serviceAccounts.list', '/v1/organizations/service_accounts'),
  post('organization.serviceAccounts.archive', '/v1/organizations/service_accounts/{id}/archive'),

  read('organization.serviceAccounts.workspaces.list', '/v1/organizations/service_accounts/{id}/workspaces'),
  post('organization.serviceAccounts.workspaces.add', '/v1/organizations/service_accounts/{id}/workspaces'),
  remove('organization.serviceAccounts.workspaces.remove', '/v1/organizations/service_accounts/{id}/workspaces/{id}'),

  read('organization.users.retrieve', '/v1/organizations/users/{id}'),
  post('organization.users.update', '/v1/organizations/users/{id}'),
  read('organization.users.list', '/v1/organizations/users'),
  remove('organization.users.remove', '/v1/organizations/users/{id}'),

  create('organization.workspaces.create', '/v1/organizations/workspaces'),
  read('organization.workspaces.retrieve', '/v1/organizations/workspaces/{id}'),
  post('organization.workspaces.update', '/v1/organizations/workspaces/{id}'),
  read('organization.workspaces.list', '/v1/organizations/workspaces'),
  post('organization.workspaces.archive', '/v1/organizations/workspaces/{id}/archive'),

  post('organization.workspaces.rateLimits.update', '/v1/organizations/workspaces/{id}/rate_limits/{id}'),
  read('organization.workspaces.rateLimits.list', '/v1/organizations/workspaces/{id}/rate_limits'),

  read('organization.workspaces.members.retrieve', '/v1/organizations/workspaces/{id}/members/{id}'),
  post('organization.workspaces.members.update', '/v1/organizations/workspaces/{id}/members/{id}'),
  read('organization.workspaces.members.list', '/v1/organizations/workspaces/{id}/members'),
  post('organization.workspaces.members.add', '/v1/organizations/workspaces/{id}/members'),
  remove('organization.workspaces.members.remove', '/v1/organizations/workspaces/{id}/members/{id}'),

  read('organization.workspaces.serviceAccounts.retrieve', '/v1/organizations/workspaces/{id}/service_accounts/{id}'),
  post('organization.workspaces.serviceAccounts.update', '/v1/organizations/workspaces/{id}/service_accounts/{id}'),
  read('organization.workspaces.serviceAccounts.list', '/v1/organizations/workspaces/{id}/service_accounts'),
  post('organization.workspaces.serviceAccounts.add', '/v1/organizations/workspaces/{id}/service_accounts'),
  remove('organization.workspaces.serviceAccounts.remove', '/v1/organizations/workspaces/{id}/service_accounts/{id}'),

  read('organization.rateLimits.list', '/v1/organizations/rate_limits'),

  read('organization.complianceSettings.retrieve', '/v1/organizations/compliance_settings'),
  post('organization.complianceSettings.update', '/v1/organizations/compliance_settings'),

  read('organization.analytics.summaries.list', '/v1/organizations/analytics/summaries'),
  read('organization.analytics.users.list', '/v1/organizations/analytics/users'),
  read('organization.analytics.apps.chat.projects.list', '/v1/organizations/analytics/apps/chat/projects'),
  read('organization.analytics.connectors.list', '/v1/organizations/analytics/connectors'),
  read('organization.analytics.plugins.list', '/v1/organizations/analytics/plugins'),
  read('organization.analytics.skills.list', '/v1/organizations/analytics/skills'),
  read('organization.analytics.artifacts.list', '/v1/organizations/analytics/artifacts'),

  read('organization.spendLimits.effective.list', '/v1/organizations/spend_limits/effective'),

  read('organization.spendLimits.increaseRequests.retrieve', '/v1/organizations/spend_limit_increase_requests/{id}'),
  read('organization.spendLimits.increaseRequests.list', '/v1/organizations/spend_limit_increase_requests'),
  post(
    'organization.spendLimits.increaseRequests.approve',
    '/v1/organizations/spend_limit_increase_requests/{id}/approve',
  ),
  post('organization.spendLimits.increaseRequests.deny', '/v1/organizations/spend_limit_increase_requests/{id}/deny'),

  create('organization.rbacGroups.create', '/v1/organizations/rbac_groups'),
  read('organization.rbacGroups.retrieve', '/v1/organizations/rbac_groups/{id}'),
  post('organization.rbacGroups.update', '/v1/organizations/rbac_groups/{id}'),
  read('organization.rbacGroups.list', '/v1/organizations/rbac_groups'),
  remove('organization.rbacGroups.delete', '/v1/organizations/rbac_groups/{id}'),

  read('organization.rbacGroups.members.list', '/v1/organizations/rbac_groups/{id}/members'),
  post('organization.rbacGroups.members.add', '/v1/organizations/rbac_groups/{id}/members'),
  remove('organization.rbacGroups.members.remove', '/v1/organizations/rbac_groups/{id}/members/{id}'),

  read('organization.rbacRoles.retrieve', '/v1/organizations/rbac_roles/{id}'),
  read('organization.rbacRoles.list', '/v1/organizations/rbac_roles'),

  read('organization.rbacRoles.permissions.list', '/v1/organizations/rbac_roles/{id}/permissions'),
]);
