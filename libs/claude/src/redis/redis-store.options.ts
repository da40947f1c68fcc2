import type { RedisClient } from './redis-client.js';

/** What a `RedisAdmissionStore` is made with. */
export interface RedisAdmissionStoreOptions {
  /**
   * Your client of ioredis 5 or 6, iovalkey, or node-redis 5 or 6, for one server or a cluster. It stays yours: the store
   * does not connect it, and ends it only where `closesClient` says so.
   */
  readonly client: RedisClient;
  /**
   * What all its keys begin with. Default `nestjs-claude`. Applications with one prefix share their limits and budgets, so those
   * that do not use the same API keys need one each.
   */
  readonly prefix?: string;
  /**
   * Whether the application starts while Redis cannot be reached; `storeOutage` then says what becomes of calls. Default
   * `false`: the start fails. A wrong password or a server that is too old fails it in any case.
   */
  readonly degradedStart?: boolean;
  /** Milliseconds that Redis may take to answer at start. Default 5,000. */
  readonly startWithinMs?: number;
  /** Whether the store ends the client when the application has shut down. Default `false`. */
  readonly closesClient?: boolean;
}
