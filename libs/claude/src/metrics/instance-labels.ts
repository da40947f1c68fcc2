import type { CircuitKey } from '../circuit/circuit-key.js';
import { circuitName } from '../circuit/circuit-key.js';
import { OPERATIONS } from '../call/operations/operations.table.js';
import type { ClaudeRuntime } from '../claude.runtime.js';
import type { MetricsSettings } from './metrics-settings.js';
import { classesOf, ModelLabels, OTHER } from './model-labels.js';

/** What the things of one instance are called in labels: configured names are kept, all others are `other`. */
export class InstanceLabels {
  /** Name of the instance. */
  readonly instance: string;
  readonly models: ModelLabels;
  readonly modelClasses: ReadonlySet<string>;
  readonly endpoints: ReadonlySet<string>;
  readonly domains: ReadonlySet<string>;
  readonly circuits: ReadonlySet<string>;

  constructor(runtime: ClaudeRuntime, { models, circuits }: Pick<MetricsSettings, 'models' | 'circuits'>) {
    this.instance = runtime.instance;
    this.models = new ModelLabels(runtime, models);
    const groups = Array.from(OPERATIONS, ({ limit }) => limit).filter((limit) => limit !== 'model_group');
    this.modelClasses = new Set([...classesOf(this.models.values, runtime), ...groups]);
    this.endpoints = new Set(runtime.pool.endpoints.map(({ name }) => name));
    this.domains = new Set(runtime.pool.endpoints.map(({ limitDomain }) => limitDomain));
    this.circuits = new Set(circuits);
  }

  endpoint(name: string): string {
    return this.endpoints.has(name) ? name : OTHER;
  }

  domain(name: string): string {
    return this.domains.has(name) ? name : OTHER;
  }

  modelClass(name: string): string {
    return this.modelClasses.has(name) ? name : OTHER;
  }

  /** As circuits are called elsewhere, but for models and work of one's own that have no label. */
  circuit(key: CircuitKey): string {
    if ('own' in key) return circuitName({ own: this.circuits.has(key.own) ? key.own : OTHER });
    const endpoint = this.endpoint(key.endpoint);
    if (key.model == null) return circuitName({ ...key, endpoint });
    return circuitName({ endpoint, model: this.models.of(key.model) });
  }
}
