import { isPending } from '../../admission/turnstile.js';
import type { Clock } from '../../call/clock.js';
import { cacheWritesOf } from '../../cost/pricing/cache-breakpoints.js';
import { undatedModelId } from '../../cost/pricing/plain-model-id.js';
import { blockTypesIn, objectsIn, textOf } from '../content.js';
import type { OptimizationStrategy, Proposal, RequestFields, StrategyRequest } from '../strategy.js';
import { takes } from './model-reach.js';
import { SimpleTaskRules } from './simple-task.js';
import type { ClassifiedTask, SmallerModelAllowance, SmallerModelSettings } from './smaller-model.options.js';

/** Fields that say nothing of how hard a task is, and that every model takes. */
const PLAIN_FIELDS = [
  'max_tokens',
  'messages',
  'metadata',
  'model',
  'service_tier',
  'stop_sequences',
  'stream',
  'system',
  'temperature',
  'top_k',
  'top_p',
];

const FIELDS_OF: Readonly<Record<SmallerModelAllowance, readonly string[]>> = {
  tools: ['tools', 'tool_choice'],
  images: [],
  thinking: ['thinking'],
  'long-input': [],
};

const BLOCKS_OF: Readonly<Record<SmallerModelAllowance, readonly string[]>> = {
  tools: ['tool_use', 'tool_result'],
  images: ['image', 'document'],
  thinking: ['thinking', 'redacted_thinking'],
  'long-input': [],
};

/** Gives simple tasks to a smaller model: plain text, short, and known to be simple by rules or by the user's own word. */
export class SmallerModelStrategy implements OptimizationStrategy {
  readonly name = 'smaller-model';
  readonly #smaller: ReadonlyMap<string, string>;
  readonly #fields: ReadonlySet<string>;
  readonly #blocks: ReadonlySet<unknown>;
  readonly #rules: SimpleTaskRules;

  constructor(
    private readonly settings: SmallerModelSettings,
    private readonly clock: Clock,
  ) {
    const { allow, models } = settings;
    this.#smaller = new Map(Object.entries(models).map(([larger, smaller]) => [undatedModelId(larger), smaller]));
    this.#fields = new Set([...PLAIN_FIELDS, ...allow.flatMap((what) => FIELDS_OF[what])]);
    this.#blocks = new Set(['text', ...allow.flatMap((what) => BLOCKS_OF[what])]);
    this.#rules = new SimpleTaskRules(settings);
  }

  propose(request: StrategyRequest): Proposal | null | Promise<Proposal | null> {
    const smaller = this.#smaller.get(undatedModelId(request.model));
    if (smaller === undefined || !this.#isPlain(request.params) || !this.#fits(smaller, request)) return null;
    const task = taskOf(request);
    const { isSimple } = this.settings;
    if (isSimple !== undefined) {
      return this.#ask(isSimple, task).then((simple) => (simple ? proposal(request, smaller, '`isSimple`') : null));
    }
    const why = this.#rules.why(task);
    return why === null ? null : proposal(request, smaller, why);
  }

  /** A prompt the caller caches stays with the model in whose cache it is. */
  #isPlain(params: RequestFields): boolean {
    return (
      Object.keys(params).every((name) => this.#fields.has(name) || params[name] == null) &&
      [...blockTypesIn(params['messages'])].every((type) => this.#blocks.has(type)) &&
      objectsIn(params['system']).every(({ type }) => type === 'text') &&
      cacheWritesOf(params) === null
    );
  }

  #fits(smaller: string, { params, inputTokens }: StrategyRequest): boolean {
    const { allow, maxInputTokens } = this.settings;
    return (allow.includes('long-input') || inputTokens <= maxInputTokens) && takes(smaller, params, inputTokens);
  }

  /** @throws whatever `isSimple` throws, and an error when it takes too long. */
  async #ask(isSimple: (task: ClassifiedTask) => boolean | Promise<boolean>, task: ClassifiedTask): Promise<boolean> {
    const { isSimpleTimeoutMs: limitMs } = this.settings;
    const answer = isSimple(task);
    if (!isPending(answer)) return answer;
    return new Promise((resolve, reject) => {
      const late = `\`isSimple\` took longer than ${limitMs} ms: make it faster, or raise \`isSimpleTimeoutMs\`.`;
      const timer = this.clock.setTimer(() => reject(new Error(late)), limitMs, true);
      answer.then(resolve, reject).finally(() => timer.cancel());
    });
  }
}

function taskOf({ params, model, context }: StrategyRequest): ClassifiedTask {
  const asked = objectsIn(params['messages']).findLast(({ role }) => role === 'user');
  return { params, model, context, systemText: textOf(params['system']), userText: textOf(asked?.['content']) };
}

function proposal({ model }: StrategyRequest, smaller: string, why: string): Proposal {
  return { reason: `${model} → ${smaller}: a simple task by ${why}.`, changes: { model: smaller } };
}
