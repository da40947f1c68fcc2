import { KNOWN_MODELS } from './known-models.js';
import { completeModel, type Model, type ModelDefinition } from './model.js';

/** The models one simulator serves. */
export class ModelCatalogue {
  /** In the order they are listed: newest first. */
  readonly models: readonly Model[];
  readonly #byName = new Map<string, Model>();

  constructor(definitions: readonly (string | ModelDefinition)[] = KNOWN_MODELS) {
    this.models = definitions.map((definition) => completeModel(resolve(definition)));
    for (const model of this.models) {
      for (const name of [model.id, ...model.aliases]) this.#byName.set(name, model);
    }
  }

  /** By id or alias, retired models included. */
  find(name: string): Model | undefined {
    return this.#byName.get(name);
  }
}

function resolve(definition: string | ModelDefinition): ModelDefinition {
  if (typeof definition !== 'string') return definition;
  const known = KNOWN_MODELS.find(({ id, aliases }) => id === definition || aliases?.includes(definition));
  return known ?? { id: definition };
}
