import type { Anthropic } from '@anthropic-ai/sdk';
import { callContext } from '../call/context.js';
import { EndpointProber, type EndpointProberOptions } from './endpoint-prober.js';
import type { RoutingSettings } from './routing.options.js';

/** What records call the reason of such a call. */
const REQUEST_TYPE = 'endpoint-probe';

/**
 * Asks endpoints for their models, which costs nothing, in calls of their own that go there and nowhere else.
 *
 * @returns `null` where that is not wanted.
 */
export function startProber(
  { probe: settings }: RoutingSettings,
  { models }: Anthropic,
  parts: Pick<EndpointProberOptions, 'pool' | 'clock' | 'random'>,
): EndpointProber | null {
  if (settings === false) return null;
  const ask: EndpointProberOptions['ask'] = ({ name }, signal) => {
    const context = callContext({ endpoint: name, requestType: REQUEST_TYPE, deadlineMs: settings.timeoutMs });
    return models.list({ limit: 1 }, { ...context, maxRetries: 0, signal });
  };
  const prober = new EndpointProber({ ...parts, settings, ask });
  prober.start();
  return prober;
}
