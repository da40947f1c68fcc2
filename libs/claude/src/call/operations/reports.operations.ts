import { rowsOf } from './operation-rows.js';

const { read } = rowsOf('none');

/**
 * Reports of the Admin API that the SDK has no method for; they are asked for with `client.get()`. Free, and read-only
 * ("Usage and Cost API" in the Anthropic API docs).
 */
export const REPORTS_OPERATIONS = [
  read('organization.usageReport.messages', '/v1/organizations/usage_report/messages'),
  read('organization.costReport', '/v1/organizations/cost_report'),
];
