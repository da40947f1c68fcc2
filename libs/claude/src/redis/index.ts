export { RedisAdmissionStore } from './redis-store.js';
export type { RedisAdmissionStoreOptions } from './redis-store.options.js';
export type { IoRedisLike, NodeRedisLike, RedisClient } from './redis-client.js';
