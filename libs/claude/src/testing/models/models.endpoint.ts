import { ApiFailure, check } from '../http/api-failure.js';
import type { Exchange } from '../http/exchange.js';
import { pageOf } from '../http/page.js';
import { playJson } from '../script/play-json.js';
import type { Simulation } from '../simulation.js';
import { modelInfo } from './model-info.js';

const LIFECYCLES = ['active', 'deprecated', 'retired'];

/** `GET /v1/models`: active and deprecated models, unless `lifecycle` asks for others. */
export function listModels(exchange: Exchange, { catalogue, script }: Simulation): void {
  const query = new URLSearchParams(exchange.query);
  const asked = [...query.getAll('lifecycle'), ...query.getAll('lifecycle[]')];
  check(
    asked.every((lifecycle) => LIFECYCLES.includes(lifecycle)),
    `lifecycle: Input should be one of: ${LIFECYCLES.join(', ')}`,
  );
  const wanted = asked.length > 0 ? asked : ['active', 'deprecated'];
  const models = catalogue.models.filter(({ lifecycle }) => wanted.includes(lifecycle)).map(modelInfo);
  const directive = script.models.take(null);
  playJson(exchange, directive, directive?.reply ?? pageOf(models, query));
}

/** `GET /v1/models/:id`, by id or alias. */
export function retrieveModel(exchange: Exchange, { catalogue, script }: Simulation): void {
  const model = catalogue.find(exchange.id);
  if (!model) throw new ApiFailure(404, `model: ${exchange.id}`);
  const directive = script.models.take(null);
  playJson(exchange, directive, directive?.reply ?? modelInfo(model));
}
