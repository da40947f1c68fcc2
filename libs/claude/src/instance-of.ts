import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { ServiceClass } from './claude.tokens.js';
import { InvalidOptionsError } from './errors/errors.js';
import { getClaudeToken } from './inject-claude.decorator.js';

/**
 * The service of an instance that a guard or interceptor is to ask, wherever in the application it is registered.
 *
 * @param name Of the instance; `undefined` for the one without a name.
 * @param who Whoever asks, and by which decorator or option it is told another name, for the error.
 * @throws InvalidOptionsError when there is no such instance.
 */
export function instanceOf<T extends object>(
  modules: ModuleRef,
  name: string | undefined,
  service: Type<T> & ServiceClass,
  who: { readonly guard: string } & ({ readonly decorator: string } | { readonly option: string }),
): T {
  try {
    return modules.get<T>(getClaudeToken(name, service), { strict: false });
  } catch (cause) {
    const which = name === undefined ? 'without a name' : `named '${name}'`;
    const how = 'decorator' in who ? `@${who.decorator}({ instance })` : who.option;
    throw new InvalidOptionsError(
      `${who.guard} found no instance of ClaudeModule ${which}: register one, or name another with \`${how}\`.`,
      { cause },
    );
  }
}
