import type { Anthropic } from '@anthropic-ai/sdk';
import type { Model } from './model.js';

const YES = { supported: true } as const;
const NO = { supported: false } as const;

/** A model as the Models API shows it. */
export function modelInfo(model: Model): Anthropic.ModelInfo {
  return {
    type: 'model',
    id: model.id,
    display_name: model.displayName,
    created_at: model.createdAt,
    lifecycle: model.lifecycle,
    deprecated_at: model.deprecatedAt,
    retires_at: model.retiresAt,
    line: lineOf(model.id),
    max_input_tokens: model.maxInputTokens,
    max_tokens: model.maxTokens,
    capabilities: capabilitiesOf(model),
  };
}

function lineOf(id: string): Anthropic.ModelInfo['line'] {
  const lines = ['haiku', 'sonnet', 'opus', 'fable', 'mythos'] as const;
  return lines.find((line) => id.includes(line)) ?? null;
}

function capabilitiesOf(model: Model): Anthropic.ModelCapabilities {
  const disabled = model.rejects.includes('disabledThinking') ? NO : YES;
  return {
    batch: YES,
    citations: YES,
    code_execution: YES,
    context_management: {
      supported: true,
      clear_thinking_20251015: YES,
      clear_tool_uses_20250919: YES,
      compact_20260112: YES,
    },
    effort: { supported: true, low: YES, medium: YES, high: YES, xhigh: YES, max: YES },
    image_input: YES,
    pdf_input: YES,
    server_tools: { supported: true, code_execution: YES, web_search: YES },
    structured_outputs: YES,
    thinking: { supported: true, types: { adaptive: YES, between_tools: disabled, disabled, enabled: YES } },
  };
}
