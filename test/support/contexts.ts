import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import {
  Body,
  Controller,
  Get,
  Post,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type CanActivate,
  type ExceptionFilter,
  type INestApplication,
  type INestApplicationContext,
  type ModuleMetadata,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';

/** What stands in an application of one handler, whatever the context it is called in. */
export interface AppParts extends Pick<ModuleMetadata, 'imports' | 'providers'> {
  /** Gets the data of the message, the body of a POST, or the argument of a field. */
  readonly handler: (data?: unknown) => unknown;
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[];
  readonly filters?: readonly (Type<ExceptionFilter> | ExceptionFilter)[];
  readonly interceptors?: readonly (Type<NestInterceptor> | NestInterceptor)[];
  /** Put on the handler's method last, e.g. by `GuardedCircuit`. */
  readonly decorator?: MethodDecorator;
}

export interface HttpApp {
  readonly app: INestApplication;
  readonly url: string;
  /** @param body Sent as JSON; none for a GET. */
  ask(body?: unknown): Promise<Response>;
}

export interface GraphqlError {
  readonly message: string;
  readonly path: readonly string[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

export interface GraphqlApp {
  readonly app: INestApplication;
  /** @param text The argument of the field. */
  ask(
    text?: string,
  ): Promise<{ readonly data: unknown; readonly errors?: readonly GraphqlError[]; readonly headers: Headers }>;
}

/** An application that is sent messages; the answer is what its client gets. */
export interface MessageApp {
  readonly app: INestApplicationContext;
  ask(data?: unknown): Promise<unknown>;
}

const opened: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close();
});

function closedAfterTest<T extends { close(): unknown }>(thing: T): T {
  opened.push(thing);
  return thing;
}

export type HttpPlatform = 'Express' | 'Fastify';

export async function bootHttp(platform: HttpPlatform, parts: AppParts): Promise<HttpApp> {
  const { handler, decorator = nothing, imports = [], providers = [] } = parts;

  @Controller()
  @UseGuards(...(parts.guards ?? []))
  @UseInterceptors(...(parts.interceptors ?? []))
  @UseFilters(...(parts.filters ?? []))
  class AskController {
    @Get('ask')
    @decorator
    ask(): unknown {
      return handler();
    }

    @Post('ask')
    @decorator
    askAbout(@Body() body: unknown): unknown {
      return handler(body);
    }
  }

  const module = await compile({ imports, providers, controllers: [AskController] });
  const app =
    platform === 'Express'
      ? module.createNestApplication()
      : module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  const url = await listen(app);
  const ask = (body?: unknown): Promise<Response> =>
    fetch(
      `${url}/ask`,
      body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: JSON_CONTENT },
    );
  return { app, url, ask };
}

/** Only those who ask for it pay for loading it. */
async function loadGraphql() {
  // Mercurius needs it for a page of its own that is off here, and stock Jest cannot load what it is made of.
  jest.doMock('@fastify/static', () => nothing);
  const { Args, GraphQLModule, Query, Resolver } = await import('@nestjs/graphql');
  const { MercuriusDriver } = await import('@nestjs/mercurius');
  return { Args, GraphQLModule, Query, Resolver, MercuriusDriver };
}

/** Loads GraphQL before the first test of a file, since it may take longer than a test has. */
export function loadGraphqlFirst(): void {
  beforeAll(loadGraphql, 60_000);
}

export async function bootGraphql(parts: AppParts): Promise<GraphqlApp> {
  const { Args, GraphQLModule, Query, Resolver, MercuriusDriver } = await loadGraphql();
  const { handler, decorator = nothing, imports = [], providers = [] } = parts;

  @Resolver()
  @UseGuards(...(parts.guards ?? []))
  @UseInterceptors(...(parts.interceptors ?? []))
  @UseFilters(...(parts.filters ?? []))
  class AskResolver {
    @Query('ask')
    @decorator
    ask(@Args() args: unknown): unknown {
      return handler(args);
    }
  }

  const graphql = GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    typeDefs: 'type Query { ask(text: String): String }',
    cache: false,
  });
  const module = await compile({ imports: [...imports, graphql], providers: [...providers, AskResolver] });
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  const url = await listen(app);
  return {
    app,
    async ask(text) {
      const query = text === undefined ? '{ ask }' : 'query ($text: String) { ask(text: $text) }';
      const body = JSON.stringify({ query, variables: { text } });
      const response = await fetch(`${url}/graphql`, { method: 'POST', body, headers: JSON_CONTENT });
      const answer = (await response.json()) as Omit<Awaited<ReturnType<GraphqlApp['ask']>>, 'headers'>;
      return { ...answer, headers: response.headers };
    },
  };
}

const JSON_CONTENT = { 'content-type': 'application/json' };

/** A gateway on `ws`; the answer is the next event it sends. */
export async function bootWebSocket(parts: AppParts): Promise<MessageApp> {
  const { MessageBody, SubscribeMessage, WebSocketGateway } = await import('@nestjs/websockets');
  const { WsAdapter } = await import('@nestjs/platform-ws');
  const { WebSocket } = await import('ws');
  const { handler, decorator = nothing, imports = [], providers = [] } = parts;

  @WebSocketGateway()
  @UseGuards(...(parts.guards ?? []))
  @UseInterceptors(...(parts.interceptors ?? []))
  @UseFilters(...(parts.filters ?? []))
  class AskGateway {
    @SubscribeMessage('ask')
    @decorator
    ask(@MessageBody() data: unknown): unknown {
      return handler(data);
    }
  }

  const module = await compile({ imports, providers: [...providers, AskGateway] });
  const app = module.createNestApplication();
  app.useWebSocketAdapter(new WsAdapter(app));
  const socket = closedAfterTest(new WebSocket((await listen(app)).replace('http', 'ws')));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    app,
    ask: (data) =>
      new Promise((resolve) => {
        socket.once('message', (message: Buffer) => resolve(JSON.parse(message.toString())));
        socket.send(JSON.stringify({ event: 'ask', data }));
      }),
  };
}

/** A microservice over TCP; an error of the handler rejects with what its client gets. */
export async function bootRpc(parts: AppParts): Promise<MessageApp> {
  const { ClientProxyFactory, MessagePattern, Payload, Transport } = await import('@nestjs/microservices');
  const { firstValueFrom } = await import('rxjs');
  const { handler, decorator = nothing, imports = [], providers = [] } = parts;

  @Controller()
  @UseGuards(...(parts.guards ?? []))
  @UseInterceptors(...(parts.interceptors ?? []))
  @UseFilters(...(parts.filters ?? []))
  class AskController {
    @MessagePattern('ask')
    @decorator
    ask(@Payload() data: unknown): unknown {
      return handler(data);
    }
  }

  const module = await compile({ imports, providers, controllers: [AskController] });
  const options = { host: '127.0.0.1', port: 0 };
  const app = closedAfterTest(module.createNestMicroservice({ transport: Transport.TCP, options }));
  await app.listen();
  const { port } = app.unwrap<Server>().address() as AddressInfo;
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { ...options, port } });
  closedAfterTest(client);
  return { app, ask: (data) => firstValueFrom(client.send<unknown>('ask', data ?? {})) };
}

/** What an application has to say of errors that are thrown on purpose. */
const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };

function compile(metadata: ModuleMetadata): Promise<TestingModule> {
  return Test.createTestingModule(metadata).setLogger(SILENT).compile();
}

async function listen(app: INestApplication): Promise<string> {
  closedAfterTest(app);
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

const nothing: MethodDecorator = () => undefined;
