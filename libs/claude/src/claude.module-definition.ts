import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { ClaudeModuleOptions } from './claude.options.js';
import { concealOptions, instanceExports, instanceProviders } from './claude.providers.js';
import { CLAUDE_OPTIONS } from './claude.tokens.js';

/** What a registration may say beside the options themselves. */
export interface ClaudeModuleExtras {
  /** Makes the module global. Default false. */
  readonly isGlobal?: boolean;
  /** Registers a further instance, injected with `@InjectClaude(name)`. Default: the one injected as `ClaudeService`. */
  readonly name?: string;
}

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<ClaudeModuleOptions>({ optionsInjectionToken: CLAUDE_OPTIONS })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createClaudeOptions')
    .setExtras<ClaudeModuleExtras>({ isGlobal: false, name: undefined }, (definition, { isGlobal, name }) => ({
      ...definition,
      global: isGlobal,
      providers: [...(definition.providers ?? []).map(concealOptions), ...instanceProviders(name)],
      exports: instanceExports(name),
    }))
    .build();
