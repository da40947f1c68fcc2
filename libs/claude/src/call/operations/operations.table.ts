import { AGENTS_OPERATIONS } from './agents.operations.js';
import { ENTERPRISE_OPERATIONS } from './enterprise.operations.js';
import { MESSAGES_OPERATIONS } from './messages.operations.js';
import type { Operation } from './operation.js';
import { ORGANIZATION_OPERATIONS } from './organization.operations.js';
import { REPORTS_OPERATIONS } from './reports.operations.js';
import { RESOURCES_OPERATIONS } from './resources.operations.js';

/**
 * Every operation of the SDK, once, and the reports that are asked for without a method of it. A test walks the SDK's
 * resources and fails on a method that is missing here and on a row no method reaches.
 */
export const OPERATIONS: readonly Operation[] = Object.freeze([
  ...MESSAGES_OPERATIONS,
  ...RESOURCES_OPERATIONS,
  ...AGENTS_OPERATIONS,
  ...ORGANIZATION_OPERATIONS,
  ...ENTERPRISE_OPERATIONS,
  ...REPORTS_OPERATIONS,
]);
