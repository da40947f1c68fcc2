import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ForwardService } from '../forward/forward.service.js';
import { COUNT_FIELDS, MESSAGE_FIELDS, checkBody, isStream, type BodyRequest } from './message-body.js';

/** `POST /v1/messages` and its token count. */
@Controller('v1/messages')
export class MessagesController {
  constructor(@Inject(ForwardService) private readonly forward: ForwardService) {}

  @Post()
  create(@Req() request: BodyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = checkBody(request.body, MESSAGE_FIELDS);
    return this.forward.post('/v1/messages', body, isStream(body), request, reply);
  }

  @Post('count_tokens')
  countTokens(@Req() request: BodyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.forward.post('/v1/messages/count_tokens', checkBody(request.body, COUNT_FIELDS), false, request, reply);
  }
}
