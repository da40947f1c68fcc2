// What a careful developer writes without this library: a Nest controller, on Fastify or Express, that calls the bare SDK.
import 'reflect-metadata';
import Anthropic from '@anthropic-ai/sdk';
import { Body, Controller, Module, Post, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

const client = new Anthropic({ apiKey: 'bench', baseURL: process.env.ANTHROPIC_BASE_URL });

class MessagesController {
  async create(body, reply) {
    if (body.stream !== true) {
      reply.send(await client.messages.create(body));
      return;
    }
    const stream = await client.messages.create(body);
    const out = reply.raw ?? reply;
    out.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    for await (const event of stream) out.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    out.end();
  }
}
Controller()(MessagesController);
Post('v1/messages')(
  MessagesController.prototype,
  'create',
  Object.getOwnPropertyDescriptor(MessagesController.prototype, 'create'),
);
Body()(MessagesController.prototype, 'create', 0);
Res()(MessagesController.prototype, 'create', 1);

class AppModule {}
Module({ controllers: [MessagesController] })(AppModule);

const app = await NestFactory.create(AppModule, await adapter(), { logger: false });
await app.listen(0, '127.0.0.1');
process.send({ url: await app.getUrl() });
process.on('disconnect', () => process.exit(0));

async function adapter() {
  if (process.env.FRAMEWORK === 'express') {
    const { ExpressAdapter } = await import('@nestjs/platform-express');
    return new ExpressAdapter();
  }
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return new FastifyAdapter();
}
