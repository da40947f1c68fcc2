import { NoEndpointError } from '../errors/refusals.js';
import type { PoolEndpoint } from './pool-endpoint.js';

/** The error of a call that may go to one endpoint alone, which takes none or has no such model; `null` when it may go there. */
export function onlyRefusal(only: PoolEndpoint, model: string | null): NoEndpointError | null {
  if (only.isDrained) {
    return new NoEndpointError(
      `The endpoint '${only.name}' is drained and the call may go to no other, so it was not made. ` +
        `Return it to service with \`EndpointPoolService.restore('${only.name}')\`.`,
    );
  }
  if (only.has(model)) return null;
  return new NoEndpointError(
    `The endpoint '${only.name}' does not serve the model '${model ?? ''}' and the call may go to no other, so it was not made. ` +
      'Add it to `models` of that endpoint.',
  );
}

/**
 * The error of a call that none of several endpoints can take.
 *
 * @param outForMs For how long an endpoint is out, as far as time alone helps.
 */
export function noEndpoint(
  endpoints: readonly PoolEndpoint[],
  model: string | null,
  outForMs: (endpoint: PoolEndpoint) => number,
): NoEndpointError {
  const served = endpoints.filter((each) => each.has(model));
  if (served.length === 0) {
    return new NoEndpointError(
      `None of the endpoints serves the model '${model ?? ''}', so the call was not made. Add it to \`models\` of one of \`endpoints\`.`,
    );
  }
  const retryAfterMs = Math.min(...served.filter(({ isDrained }) => !isDrained).map(outForMs));
  return new NoEndpointError(
    'All endpoints are drained, their circuits are open or their keys were turned away, so the call was not made. ' +
      'Try again after `retryAfterMs`, or see `EndpointPoolService.snapshot()` for what is the matter with each.',
    Number.isFinite(retryAfterMs) ? { retryAfterMs: Math.ceil(retryAfterMs) } : {},
  );
}
