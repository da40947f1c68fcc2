import type { PoolEndpoint } from './pool-endpoint.js';

/** A call need not wait where it is any longer, or must not. No caller sees this: the routing stage acts on it. */
export class MovesElsewhere extends Error {
  override readonly name = 'MovesElsewhere';

  /** @param to Where there is room for it; `null` for wherever a call that comes now would go. */
  constructor(readonly to: PoolEndpoint | null) {
    super('The call goes on waiting elsewhere.');
  }
}
