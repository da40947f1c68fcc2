import { inBeta, rowsOf } from './operation-rows.js';

const { read, post, create, remove } = rowsOf('none');

/**
 * The part of the Admin API that only `beta` has. Nothing here is billed by tokens. The SDK documents as repeatable:
 * setting up a Slack channel, attaching a bundle, adding a workspace to a telemetry destination, setting a spend limit.
 */
export const ENTERPRISE_OPERATIONS = inBeta([
  post('organization.users.signOut', '/v1/organizations/users/{id}/sign_out'),

  read('organization.analytics.usage.list', '/v1/organizations/analytics/usage'),
  read('organization.analytics.cost.list', '/v1/organizations/analytics/cost'),
  read('organization.analytics.usageReport.list', '/v1/organizations/analytics/usage_report'),
  read('organization.analytics.userUsageReport.list', '/v1/organizations/analytics/user_usage_report'),
  read('organization.analytics.costReport.list', '/v1/organizations/analytics/cost_report'),
  read('organization.analytics.userCostReport.list', '/v1/organizations/analytics/user_cost_report'),

  read('organization.spendLimits.retrieve', '/v1/organizations/spend_limits/{id}'),
  read('organization.spendLimits.list', '/v1/organizations/spend_limits'),
  remove('organization.spendLimits.delete', '/v1/organizations/spend_limits/{id}'),
  post('organization.spendLimits.set', '/v1/organizations/spend_limits'),

  create('organization.plugins.create', '/v1/organizations/plugins'),
  read('organization.plugins.retrieve', '/v1/organizations/plugins/{id}'),
  post('organization.plugins.update', '/v1/organizations/plugins/{id}'),
  read('organization.plugins.list', '/v1/organizations/plugins'),
  remove('organization.plugins.delete', '/v1/organizations/plugins/{id}'),

  create('organization.plugins.versions.create', '/v1/organizations/plugins/{id}/versions'),
  read('organization.plugins.versions.retrieve', '/v1/organizations/plugins/{id}/versions/{id}'),
  read('organization.plugins.versions.list', '/v1/organizations/plugins/{id}/versions'),
  read('organization.plugins.versions.download', '/v1/organizations/plugins/{id}/versions/{id}/content'),

  read('organization.plugins.installationSettings.list', '/v1/organizations/plugins/{id}/installation_settings'),
  remove(
    'organization.plugins.installationSettings.remove',
    '/v1/organizations/plugins/{id}/installation_settings/{id}',
  ),
  post('organization.plugins.installationSettings.set', '/v1/organizations/plugins/{id}/installation_settings/{id}'),

  read('organization.plugins.shares.list', '/v1/organizations/plugins/{id}/shares'),

  read('organization.pluginMarketplaces.retrieve', '/v1/organizations/plugin_marketplaces/{id}'),
  post('organization.pluginMarketplaces.update', '/v1/organizations/plugin_marketplaces/{id}'),
  read('organization.pluginMarketplaces.list', '/v1/organizations/plugin_marketplaces'),
  post('organization.pluginMarketplaces.validateArchive', '/v1/organizations/plugin_marketplaces/validate_archive'),
  post(
    'organization.pluginMarketplaces.validateRepository',
    '/v1/organizations/plugin_marketplaces/validate_repository',
  ),

  create('organization.telemetryDestinations.create', '/v1/organizations/telemetry_destinations'),
  read('organization.telemetryDestinations.retrieve', '/v1/organizations/telemetry_destinations/{id}'),
  post('organization.telemetryDestinations.update', '/v1/organizations/telemetry_destinations/{id}'),
  read('organization.telemetryDestinations.list', '/v1/organizations/telemetry_destinations'),
  remove('organization.telemetryDestinations.delete', '/v1/organizations/telemetry_destinations/{id}'),
  post('organization.telemetryDestinations.test', '/v1/organizations/telemetry_destinations/{id}/test'),

  read(
    'organization.telemetryDestinations.workspaces.list',
    '/v1/organizations/telemetry_destinations/{id}/workspaces',
  ),
  post(
    'organization.telemetryDestinations.workspaces.add',
    '/v1/organizations/telemetry_destinations/{id}/workspaces/{id}',
  ),
  remove(
    'organization.telemetryDestinations.workspaces.remove',
    '/v1/organizations/telemetry_destinations/{id}/workspaces/{id}',
  ),

  create('organization.webhooks.create', '/v1/organizations/webhooks'),
  read('organization.webhooks.retrieve', '/v1/organizations/webhooks/{id}'),
  post('organization.webhooks.update', '/v1/organizations/webhooks/{id}'),
  read('organization.webhooks.list', '/v1/organizations/webhooks'),
  remove('organization.webhooks.delete', '/v1/organizations/webhooks/{id}'),
  create('organization.webhooks.regenerateSigningSecret', '/v1/organizations/webhooks/{id}/regenerate_signing_secret'),

  read(
    'organization.claudeCode.managedSettings.configuration.retrieve',
    '/v1/organizations/claude_code/managed_settings/configuration',
  ),
  post(
    'organization.claudeCode.managedSettings.configuration.update',
    '/v1/organizations/claude_code/managed_settings/configuration',
  ),

  read(
    'organization.claudeCode.managedSettings.rbacGroups.retrieve',
    '/v1/organizations/claude_code/managed_settings/rbac_groups/{id}',
  ),
  read(
    'organization.claudeCode.managedSettings.rbacGroups.list',
    '/v1/organizations/claude_code/managed_settings/rbac_groups',
  ),
  remove(
    'organization.claudeCode.managedSettings.rbacGroups.delete',
    '/v1/organizations/claude_code/managed_settings/rbac_groups/{id}',
  ),
  post(
    'organization.claudeCode.managedSettings.rbacGroups.set',
    '/v1/organizations/claude_code/managed_settings/rbac_groups/{id}',
  ),

  read(
    'organization.claudeCode.managedSettings.rbacGroupDefault.retrieve',
    '/v1/organizations/claude_code/managed_settings/rbac_group_default',
  ),
  post(
    'organization.claudeCode.managedSettings.rbacGroupDefault.update',
    '/v1/organizations/claude_code/managed_settings/rbac_group_default',
  ),

  post('organization.claudeTag.slackChannels.create', '/v1/organizations/claude_tag/slack_channels'),
  read('organization.claudeTag.slackChannels.retrieve', '/v1/organizations/claude_tag/slack_channels/{id}'),
  post('organization.claudeTag.slackChannels.update', '/v1/organizations/claude_tag/slack_channels/{id}'),
  read('organization.claudeTag.slackChannels.list', '/v1/organizations/claude_tag/slack_channels'),
  remove('organization.claudeTag.slackChannels.delete', '/v1/organizations/claude_tag/slack_channels/{id}'),

  read('organization.claudeTag.slackWorkspaces.retrieve', '/v1/organizations/claude_tag/slack_workspaces/{id}'),
  post('organization.claudeTag.slackWorkspaces.update', '/v1/organizations/claude_tag/slack_workspaces/{id}'),
  read('organization.claudeTag.slackWorkspaces.list', '/v1/organizations/claude_tag/slack_workspaces'),

  read('organization.claudeTag.bundles.retrieve', '/v1/organizations/claude_tag/bundles/{id}'),
  post('organization.claudeTag.bundles.update', '/v1/organizations/claude_tag/bundles/{id}'),
  read('organization.claudeTag.bundles.list', '/v1/organizations/claude_tag/bundles'),

  post('organization.claudeTag.bundles.targets.create', '/v1/organizations/claude_tag/bundles/{id}/targets'),
  read('organization.claudeTag.bundles.targets.retrieve', '/v1/organizations/claude_tag/bundles/{id}/targets/{id}'),
  read('organization.claudeTag.bundles.targets.list', '/v1/organizations/claude_tag/bundles/{id}/targets'),
  remove('organization.claudeTag.bundles.targets.delete', '/v1/organizations/claude_tag/bundles/{id}/targets/{id}'),
]);
