import { Controller, Inject, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../errors/gateway-error.js';
import { ForwardService } from '../forward/forward.service.js';

/** `GET /v1/models` and `GET /v1/models/:id`. */
@Controller('v1/models')
export class ModelsController {
  constructor(@Inject(ForwardService) private readonly forward: ForwardService) {}

  @Get()
  list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.forward.get('/v1/models', request, reply);
  }

  @Get(':id')
  retrieve(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    // A URL would resolve these, and lead the request and its key to another path.
    if (id === '.' || id === '..') throw notFound(`/v1/models/${id}`);
    return this.forward.get(`/v1/models/${encodeURIComponent(id)}`, request, reply);
  }
}
