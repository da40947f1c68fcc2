import type { InputSource } from '../call/input-finding.js';
import { isJsonObject, TextWalk, type JsonObject, type TextVisitor, type Walk } from './text-walk.js';
import { ROOT, type Changeability, type Place } from './text-place.js';

/** What is signed, encoded, or names something, in a block nobody knows: not even looked at. */
const OPAQUE = /^(?:type|id|.*_id|signature|data|encrypted_.*|cache_control|citations|file|media_type)$/;

/** What a server has made and the model has read: told of, and never changed, since it may be signed. */
const SIGNED = new Set(['thinking', 'redacted_thinking', 'image']);

/** Finds every place of a request to Claude where text can hide. */
export class RequestWalk {
  readonly #walk: TextWalk;

  constructor(visitor: TextVisitor, maxDepth: number) {
    this.#walk = new TextWalk(visitor, maxDepth);
  }

  /** A request for a message, for a count of its tokens, or for a batch of messages; anything else is passed over. */
  request(params: unknown, place: Place = ROOT): unknown {
    if (!isJsonObject(params)) return params;
    return this.#walk.fields(params, place, {
      system: (system, at) => this.#content(system, at, 'system'),
      messages: (messages, at) => this.#messages(messages, at),
      tools: (tools, at) => this.#walk.each(tools, at, (tool, inner) => this.#tool(tool, inner)),
      stop_sequences: this.#all('user', 'fixed'),
      metadata: this.#all('user', 'fixed'),
      prompt: this.#text('user'),
      requests: (requests, at) => this.#walk.each(requests, at, (each, inner) => this.#batched(each, inner)),
    });
  }

  /** Any value, all of whose texts come from one source. */
  value(value: unknown, source: InputSource, place: Place = ROOT): unknown {
    return this.#walk.everything(value, place, source, 'free');
  }

  #batched(request: unknown, place: Place): unknown {
    if (!isJsonObject(request)) return request;
    return this.#walk.fields(request, place, { params: (params, at) => this.request(params, at) });
  }

  #messages(messages: unknown, place: Place): unknown {
    const last = Array.isArray(messages) ? messages.length - 1 : -1;
    return this.#walk.each(messages, place, (message, at) => {
      if (!isJsonObject(message)) return message;
      const source = sourceOf(message['role']);
      const change = source === 'assistant' && at.key === last ? 'answer-begun' : 'free';
      return this.#walk.fields(message, at, {
        content: (content, inner) => this.#content(content, inner, source, change),
      });
    });
  }

  #content(content: unknown, place: Place, source: InputSource, change: Changeability = 'free'): unknown {
    if (typeof content === 'string') return this.#walk.text(content, place, source, change);
    if (isJsonObject(content)) return this.#block(content, place, source, change);
    return this.#walk.each(content, place, (block, at) => this.#block(block, at, source, change));
  }

  #block(block: unknown, place: Place, source: InputSource, change: Changeability): unknown {
    if (!isJsonObject(block)) return block;
    const type = block['type'];
    if (typeof type === 'string' && SIGNED.has(type)) return block;
    const walks = this.#walksOf(type, source, change);
    return walks === null ? this.#unknown(block, place) : this.#walk.fields(block, place, walks);
  }

  /** What of a block may hold text, by its type; `null` for one that is not known. */
  #walksOf(type: unknown, source: InputSource, change: Changeability): Readonly<Record<string, Walk>> | null {
    switch (type) {
      case 'text':
        return { text: this.#text(source, change) };
      case 'tool_result':
        return { content: (content, at) => this.#content(content, at, 'tool_result') };
      case 'tool_use':
        return { name: this.#text(source, 'fixed'), input: this.#all(source, 'free') };
      case 'document':
        return {
          title: this.#text('document'),
          context: this.#text('document'),
          source: (origin, at) => this.#documentSource(origin, at),
        };
      case 'search_result':
        return {
          title: this.#text('document'),
          source: this.#text('document', 'fixed'),
          content: (content, at) => this.#content(content, at, 'document'),
        };
      default:
        return null;
    }
  }

  #documentSource(origin: unknown, place: Place): unknown {
    if (!isJsonObject(origin)) return origin;
    return this.#walk.fields(origin, place, {
      ...(origin['type'] === 'text' ? { data: this.#text('document') } : {}),
      ...(origin['type'] === 'content'
        ? { content: (content: unknown, at: Place) => this.#content(content, at, 'document') }
        : {}),
    });
  }

  /** Results of tools of a server, and whatever comes next year. */
  #unknown(block: JsonObject, place: Place): JsonObject {
    const walks = Object.keys(block)
      .filter((key) => !OPAQUE.test(key))
      .map((key): [string, Walk] => [key, (value, at) => this.#withoutOpaque(value, at)]);
    return this.#walk.fields(block, place, Object.fromEntries(walks));
  }

  /** Lists of blocks inside of such a block have opaque fields of their own. */
  #withoutOpaque(value: unknown, place: Place): unknown {
    if (Array.isArray(value)) return this.#walk.each(value, place, (item, at) => this.#withoutOpaque(item, at));
    if (isJsonObject(value) && typeof value['type'] === 'string') return this.#unknown(value, place);
    return this.#walk.everything(value, place, 'tool_result', 'fixed');
  }

  #tool(tool: unknown, place: Place): unknown {
    if (!isJsonObject(tool)) return tool;
    return this.#walk.fields(tool, place, {
      name: this.#text('tool_definition', 'fixed'),
      description: this.#text('tool_definition'),
      input_schema: (schema, at) => this.#schema(schema, at, 0),
    });
  }

  /** What a schema says to the model may change; what it allows may not. */
  #schema(schema: unknown, place: Place, depth: number): unknown {
    if (!isJsonObject(schema) || depth > DEEPEST_SCHEMA) {
      return this.#walk.everything(schema, place, 'tool_definition', 'fixed');
    }
    const walks = Object.keys(schema).map((key): [string, Walk] => [
      key,
      (value, at) => {
        this.#walk.text(key, at, 'tool_definition', 'fixed');
        const isDescription = typeof value === 'string' && (key === 'description' || key === 'title');
        if (isDescription) return this.#walk.text(value, at, 'tool_definition');
        if (!VALUES.has(key) && isJsonObject(value)) return this.#schema(value, at, depth + 1);
        return this.#walk.everything(value, at, 'tool_definition', 'fixed');
      },
    ]);
    return this.#walk.fields(schema, place, Object.fromEntries(walks));
  }

  #text(source: InputSource, change?: Changeability): Walk {
    return (value, at) => this.#walk.text(value, at, source, change);
  }

  #all(source: InputSource, change: Changeability): Walk {
    return (value, at) => this.#walk.everything(value, at, source, change);
  }
}

const DEEPEST_SCHEMA = 24;

/** Parts of a schema whose values the model is to give back, or that are none of its words. */
const VALUES = new Set(['enum', 'const', 'default', 'examples', 'required', 'pattern']);

function sourceOf(role: unknown): InputSource {
  return role === 'assistant' || role === 'system' ? role : 'user';
}
