import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  callContext,
  ClaudeService,
  CostTrackerService,
  encodedBody,
  type CallContext,
  type EncodedBodyOptions,
} from 'nestjs-claude';
import { Access } from '../access/access.js';
import { CallUsage, type CountedTokens } from '../access/call-usage.js';
import { callerContext, checkModel } from '../access/caller-context.js';
import type { GatewayKey } from '../access/gateway-keys.js';
import { KeyLimits, type HeldLimits } from '../access/key-limits.js';
import { attributionOf } from '../attribution/attribution.js';
import { CLIENT_TIMEOUTS, type ClientTimeouts } from '../http/client-timeouts.js';
import { isJsonObject, type JsonBody } from '../http/json-body.js';
import { ClientWatch } from './client-watch.js';
import { relay } from './relay.js';
import { forwardedHeaders } from './request-headers.js';

/** Makes the call of a request. */
type Send = (claude: ClaudeService['client'], options: EncodedBodyOptions) => Promise<Response>;

/** Sends requests on to Claude and relays the answers, both as the bytes they are. */
@Injectable()
export class ForwardService {
  constructor(
    @Inject(ClaudeService) private readonly claude: ClaudeService,
    @Inject(Access) private readonly access: Access,
    @Inject(KeyLimits) private readonly limits: KeyLimits,
    @Inject(CallUsage) private readonly usage: CallUsage,
    @Inject(CostTrackerService) private readonly costs: CostTrackerService,
    @Inject(CLIENT_TIMEOUTS) private readonly timeouts: ClientTimeouts,
  ) {
    claude.records.subscribe((record) => usage.ended(record));
  }

  post(path: string, body: JsonBody, stream: boolean, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.#exchange(request, reply, body, (claude, options) =>
      claude
        .post(path + queryOf(request.url), encodedBody(body.bytes, body.value, { ...options, stream }))
        .asResponse(),
    );
  }

  get(path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    return this.#exchange(request, reply, undefined, (claude, options) =>
      claude.get(path + queryOf(request.url), options).asResponse(),
    );
  }

  /** Throws what goes wrong before the answer begins, unless nobody is left to be told. */
  async #exchange(request: FastifyRequest, reply: FastifyReply, body: JsonBody | undefined, send: Send): Promise<void> {
    const key = this.access.callerOf(request);
    checkModel(key, body);
    const context = callerContext(key, attributionOf(request, body));
    const held = key === null ? null : this.#hold(key, body);
    const client = new ClientWatch(request, reply);
    try {
      const followed = callContext(this.#followed(context, held, client));
      const headers = forwardedHeaders(request.headers);
      const response = await send(this.claude.client, { ...followed, headers, signal: client.signal });
      await relay(response, reply, client, this.timeouts.writeMs);
    } catch (error) {
      if (!client.left) throw error;
    } finally {
      client.release();
      held?.leave();
      // What no call was made for has used nothing.
      if (this.usage.forget(client.signal)) held?.used(NOTHING);
    }
  }

  /** The context of a call; its signal tells which one it is, where its usage is of interest. */
  #followed(context: CallContext, held: HeldLimits | null, { signal }: ClientWatch): CallContext {
    if (!held?.hasTokens) return context;
    this.usage.follow(signal, (used) => held.used(used));
    return { ...context, signal };
  }

  /** What a request takes of its key's limits; only what is answered with a message is answered with tokens. */
  #hold(key: GatewayKey, body: JsonBody | undefined): HeldLimits | null {
    const params = body?.value;
    const isMessage = isJsonObject(params) && Object.hasOwn(params, 'max_tokens') && params['model'] !== '';
    return this.limits.take(key, isMessage ? () => this.costs.estimateCost(params) : null);
  }
}

const NOTHING: CountedTokens = { inputTokens: 0, outputTokens: 0 };

/** The query as it was written, question mark included. */
function queryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}
