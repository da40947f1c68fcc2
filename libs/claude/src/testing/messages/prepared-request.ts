import { check } from '../http/api-failure.js';
import type { ModelCatalogue } from '../models/catalogue.js';
import type { Model } from '../models/model.js';
import { promptOf, type Prompt } from '../usage/prompt.js';
import type { Answer } from './answer.js';
import { checkMessageBody } from './check-message-body.js';
import { generateAnswer } from './generate-answer.js';
import type { MessageBody } from './message-body.js';

/** Everything about a request that its body alone decides. */
export class PreparedRequest {
  readonly body: MessageBody;
  readonly model: Model;
  readonly prompt: Prompt;
  readonly #seed: string;
  #answer: Answer | undefined;

  /** @throws ApiFailure 400 or 404 for a body the API would refuse. */
  constructor(body: unknown, catalogue: ModelCatalogue, seed: string) {
    const checked = checkMessageBody(body, 'message', catalogue);
    this.body = checked.body;
    this.model = checked.model;
    this.prompt = promptOf(checked.body);
    this.#seed = seed;
    const { maxInputTokens } = this.model;
    check(
      this.prompt.tokens <= maxInputTokens,
      `prompt is too long: ${this.prompt.tokens} tokens > ${maxInputTokens} maximum`,
    );
  }

  /** Seed, model and conversation as one text: what is made up depends on it alone, whether or not it is streamed. */
  get salt(): string {
    return `${this.#seed} ${this.model.id} ${JSON.stringify([this.body.system, this.body.messages])}`;
  }

  /** The answer nobody scripted. */
  get defaultAnswer(): Answer {
    return (this.#answer ??= generateAnswer(this.body, this.model.id, this.salt));
  }
}

/** Longer bodies are prepared anew each time. */
const MAX_REMEMBERED_CHARACTERS = 8_192;
const MAX_REMEMBERED = 512;

/** Prepares requests, and remembers the small ones: a benchmark sends the same few over and over. */
export class RequestPreparer {
  readonly #catalogue: ModelCatalogue;
  readonly #seed: string;
  readonly #remembered = new Map<string, PreparedRequest>();

  constructor(catalogue: ModelCatalogue, seed: string) {
    this.#catalogue = catalogue;
    this.#seed = seed;
  }

  /**
   * @param text The body as it came, which is what is remembered.
   * @throws ApiFailure 400 or 404 for a body the API would refuse.
   */
  prepareText(text: string, parse: () => unknown): PreparedRequest {
    const known = this.#remembered.get(text);
    if (known) return known;
    const prepared = this.prepare(parse());
    if (text.length <= MAX_REMEMBERED_CHARACTERS) this.#remember(text, prepared);
    return prepared;
  }

  /** @throws ApiFailure 400 or 404 for a body the API would refuse. */
  prepare(body: unknown): PreparedRequest {
    return new PreparedRequest(body, this.#catalogue, this.#seed);
  }

  #remember(text: string, prepared: PreparedRequest): void {
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear();
    this.#remembered.set(text, prepared);
  }
}
