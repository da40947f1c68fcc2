import type { APIRequest } from '@anthropic-ai/sdk';
import type { Exchange } from '../call/endpoint.js';
import { withChanges } from '../call/request-body.js';
import { throughClient } from './client-exchange.js';
import type { ResolvedEndpoint } from './routing.options.js';

/** How requests reach an endpoint; `null` where they go there anyway, as they are. */
export function exchangeOf({ client, baseURL, models }: ResolvedEndpoint, moduleURL: string): Exchange | null {
  const isElsewhere = baseURL !== null && baseURL !== moduleURL;
  const renames = models !== null && Array.from(models).some(([id, name]) => id !== name);
  if (client === null && !isElsewhere && !renames) return null;
  return (request, onward, { model, stream }) => {
    const named = renames ? withModelId(request, models.get(model ?? '')) : request;
    if (client !== null) return throughClient(client.client(), named, moduleURL, stream);
    return onward(isElsewhere ? { ...named, url: baseURL + named.url.slice(moduleURL.length) } : named);
  };
}

function withModelId(request: APIRequest, model: string | undefined): APIRequest {
  const body = model === undefined ? null : withChanges(request.body, { model });
  return body === null ? request : { ...request, body };
}
