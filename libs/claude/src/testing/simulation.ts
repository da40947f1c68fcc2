import type { Clock } from '../call/clock.js';
import { Prices } from '../cost/pricing/prices.js';
import { BatchStore } from './batches/batch-store.js';
import { RandomFaults } from './faults/random-faults.js';
import { ApiKeys, type ApiKey } from './http/api-keys.js';
import { LimitPools } from './limits/limit-pools.js';
import { RequestPreparer } from './messages/prepared-request.js';
import { ModelCatalogue } from './models/catalogue.js';
import type { BilledMessage } from './record/billed.js';
import { Recorder } from './record/recorder.js';
import { AdminKeys } from './reports/admin-keys.js';
import { UsageBook } from './reports/usage-book.js';
import { Script } from './script/script.js';
import { hash32 } from '../call/hash32.js';
import { createRandom, IdSource } from './seed.js';
import type { Settings } from './settings.js';
import { PromptCache } from './usage/prompt-cache.js';

/** Everything one simulator holds, without the server. */
export class Simulation {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly keys: ApiKeys;
  readonly adminKeys: AdminKeys;
  readonly catalogue: ModelCatalogue;
  readonly preparer: RequestPreparer;
  readonly limits: LimitPools;
  readonly cache: PromptCache;
  readonly randomFaults: RandomFaults;
  readonly script = new Script();
  readonly batches = new BatchStore();
  readonly recorder: Recorder;
  /** What reports are made of; empty where nobody may read them. */
  readonly book: UsageBook;
  /** Where the server listens, once it does. */
  url = '';

  constructor(settings: Settings) {
    const { clock, seed } = settings;
    this.settings = settings;
    this.clock = clock;
    this.ids = new IdSource(seed);
    this.keys = new ApiKeys(settings.apiKeys, settings.organizations);
    this.adminKeys = new AdminKeys(settings.adminKeys);
    this.catalogue = new ModelCatalogue(settings.models);
    this.preparer = new RequestPreparer(this.catalogue, seed);
    this.limits = new LimitPools(settings.limits, clock);
    this.cache = new PromptCache(clock, settings.minimumCacheTokens);
    this.randomFaults = new RandomFaults(settings.faults, createRandom(hash32(`faults ${seed}`)));
    this.recorder = new Recorder(settings.record);
    this.book = new UsageBook(new Prices({}, clock).costOf, settings.workspaces);
  }

  /** What the API bills, and to which key. */
  bill(message: BilledMessage, key: ApiKey): void {
    this.recorder.bill(message);
    if (!this.adminKeys.isEmpty) this.book.add(message, key, this.clock.wall());
  }
}
