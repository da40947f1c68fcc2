/** Token of the options as they were given. All tokens are registered symbols, so that both builds of the package mean the same. */
export const CLAUDE_OPTIONS: unique symbol = Symbol.for('nestjs-claude:options');

/** Token of everything an instance is made of; internal. */
export const CLAUDE_RUNTIME: unique symbol = Symbol.for('nestjs-claude:runtime');

/** Token of an instance registered under a name. */
export function namedInstanceToken(name: string): symbol {
  return Symbol.for(`nestjs-claude:service:${name}`);
}
