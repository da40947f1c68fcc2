export {
  ClaudeHealthIndicator,
  type ClaudeHealthDetail,
  type ClaudeHealthIndicatorOptions,
} from './claude-health.indicator.js';
