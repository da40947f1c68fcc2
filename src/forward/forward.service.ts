import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callContext, ClaudeService, encodedBody, type EncodedBodyOptions } from 'nestjs-claude';
import { Access } from '../access/access.js';
import { callerContext, checkModel } from '../access/caller-context.js';
import { KeyLimits } from '../access/key-limits.js';
import { attributionOf } from '../attribution/attribution.js';
import { CLIENT_TIMEOUTS, type ClientTimeouts } from '../http/client-timeouts.js';
import type { JsonBody } from '../http/json-body.js';
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
    @Inject(CLIENT_TIMEOUTS) private readonly timeouts: ClientTimeouts,
  ) {}

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
    const leave = key === null ? null : this.limits.take(key);
    const client = new ClientWatch(request, reply);
    try {
      const headers = forwardedHeaders(request.headers);
      const response = await send(this.claude.client, { ...callContext(context), headers, signal: client.signal });
      await relay(response, reply, client, this.timeouts.writeMs);
    } catch (error) {
      if (!client.left) throw error;
    } finally {
      client.release();
      leave?.();
    }
  }
}

/** The query as it was written, question mark included. */
function queryOf(url: string): string {
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
}
