// What a careful developer writes without this library: a Nest controller on Fastify that calls the bare SDK.
import 'reflect-metadata';
import Anthropic from '@anthropic-ai/sdk';
import { Body, Controller, Module, Post, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const client = new Anthropic({ apiKey: 'bench', baseURL: process.env.ANTHROPIC_BASE_URL });

class MessagesController {
  async create(body, reply) {
    if (body.stream !== true) {
      reply.send(await client.messages.create(body));
      return;
    }
    const stream = await client.messages.create(body);
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    for await (const event of stream) reply.raw.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    reply.raw.end();
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

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
process.send({ url: await app.getUrl() });
process.on('disconnect', () => process.exit(0));
