/** Which circuit. */
export type CircuitKey = EndpointCircuitKey | OwnCircuitKey;

/**
 * The circuit of a model at an endpoint. `model: null` stands for the operations that have no model; without `model` it
 * is the circuit of the endpoint as a whole, which every call there passes.
 */
export interface EndpointCircuitKey {
  readonly endpoint: string;
  readonly model?: string | null;
}

/** A circuit for work of your own: what `CircuitBreakerService.execute()` got as its key. */
export interface OwnCircuitKey {
  readonly own: string;
}

const OWN = 'own:';
const NO_MODEL = '-';

/** A circuit's name for people: `default`, `default/claude-haiku-5-5`, `default/-`, `own:search`. */
export function circuitName(key: CircuitKey): string {
  if ('own' in key) return OWN + key.own;
  return key.model === undefined ? key.endpoint : `${key.endpoint}/${key.model ?? NO_MODEL}`;
}

/** The key that a name stands for. Everything after the first slash is the model. */
export function circuitKey(name: string): CircuitKey {
  if (name.startsWith(OWN)) return { own: name.slice(OWN.length) };
  const slash = name.indexOf('/');
  if (slash === -1) return { endpoint: name };
  const model = name.slice(slash + 1);
  return { endpoint: name.slice(0, slash), model: model === NO_MODEL ? null : model };
}
