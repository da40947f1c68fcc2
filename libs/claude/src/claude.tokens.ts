/** Token of the options as they were given. All tokens are registered symbols, so that both builds of the package mean the same. */
export const CLAUDE_OPTIONS: unique symbol = Symbol.for('nestjs-claude:options');

/** Token of everything an instance is made of; internal. */
export const CLAUDE_RUNTIME: unique symbol = Symbol.for('nestjs-claude:runtime');

/**
 * A service of this module, by its class. Its token is told by a key of its own, since a minifier may give two classes one
 * name, and the two builds of the package must mean the same.
 */
export type ServiceClass = (abstract new (...args: never[]) => object) & { readonly tokenKey: string };

/** Token of a service of an instance registered under a name. */
export function namedInstanceToken(name: string, service: ServiceClass): symbol {
  return Symbol.for(`nestjs-claude:${service.tokenKey}:${name}`);
}
