import type { Exchange } from '../http/exchange.js';
import { playJson } from '../script/play-json.js';
import type { Simulation } from '../simulation.js';
import { promptOf } from '../usage/prompt.js';
import { checkMessageBody } from './check-message-body.js';
import { SimulatedRequest } from './simulated-request.js';

/** `POST /v1/messages/count_tokens`. Free, and outside the limits of messages, as with the API. */
export function countMessageTokens(exchange: Exchange, simulation: Simulation): void {
  const { body } = checkMessageBody(exchange.readJson(), 'count', simulation.catalogue);
  const request = new SimulatedRequest(body, exchange.apiKey.secret, exchange.request.headers);
  const directive = simulation.script.counts.take(request);
  playJson(exchange, directive, { input_tokens: directive?.reply ?? promptOf(body).tokens });
}
