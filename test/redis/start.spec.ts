import { Redis } from 'ioredis';
import { RedisAdmissionStore, type RedisClient } from 'nestjs-claude/redis';
import { createClient } from 'redis';
import { RedisCluster } from '../support/redis-cluster.js';
import { freePort } from '../support/free-port.js';
import { hasRedisServer, RedisServer } from '../support/redis-server.js';
import { bootClaude, eventually, PARAMS } from '../support/claude-harness.js';

const describeRedis = hasRedisServer('how an application starts with a store in Redis') ? describe : describe.skip;

describe('A store in Redis', () => {
  it.each([undefined, null, 'redis://localhost', {}, { evalsha: true }, { get: () => null, set: () => null }])(
    'takes no client that it does not know: %p',
    (client) => {
      expect(() => new RedisAdmissionStore({ client: client as unknown as RedisClient })).toThrow(
        /^`client` of RedisAdmissionStore must be a client of ioredis 5 or 6, iovalkey .* or node-redis 5 or 6/,
      );
    },
  );

  it('fails the start where the server is too old, and says so', async () => {
    const client = { evalsha: async () => '# Server\r\nredis_version:6.0.16\r\n', eval: async () => null };
    await expect(new RedisAdmissionStore({ client }).start()).rejects.toMatchObject({
      code: 'invalid_options',
      message: 'The Redis server has version 6.0.16, which is too old. Use Redis 6.2 or later, or Valkey.',
    });
  });
});

describeRedis('An application with a store in Redis', () => {
  const servers: { stop(): Promise<void> }[] = [];
  const clients: Redis[] = [];
  const started = async (...given: Parameters<typeof RedisServer.start>): Promise<RedisServer> => {
    const server = await RedisServer.start(...given);
    servers.push(server);
    return server;
  };
  const clientOf = (url: string): Redis => {
    const client = new Redis(url, { retryStrategy: () => 50 });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };

  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  const startWith = async (store: RedisAdmissionStore): Promise<unknown> => {
    const { start } = await bootClaude({ store });
    return start();
  };

  it('starts, makes calls and leaves the client to its user', async () => {
    const client = clientOf((await started()).url);
    const { start, claude, close } = await bootClaude({ store: new RedisAdmissionStore({ client }) });
    await start();
    await claude.messages.create(PARAMS);
    await close();
    expect(await client.ping()).toBe('PONG');
  });

  it('ends the client where it is told so', async () => {
    const client = clientOf((await started()).url);
    const { start, close } = await bootClaude({ store: new RedisAdmissionStore({ client, closesClient: true }) });
    await start();
    await close();
    await eventually(() => client.status === 'end', 'the client has ended');
  });

  it('does not start where nobody answers, unless it may', async () => {
    const client = clientOf(`redis://127.0.0.1:${await freePort()}`);
    await expect(startWith(new RedisAdmissionStore({ client, startWithinMs: 200 }))).rejects.toMatchObject({
      code: 'invalid_options',
      message: expect.stringMatching(
        /^Redis cannot be reached: it did not answer within 200 ms\. .*`degradedStart: true`/,
      ),
    });
    const degraded = new RedisAdmissionStore({ client, startWithinMs: 200, degradedStart: true });
    await expect(startWith(degraded)).resolves.toBeDefined();
  });

  it('does not start with a client of node-redis that nobody has connected', async () => {
    const client = createClient({ url: (await started()).url });
    await expect(startWith(new RedisAdmissionStore({ client }))).rejects.toThrow(
      /^Redis cannot be reached: The client is closed\. .*connect a client of node-redis before/,
    );
  });

  it('does not start with a wrong password, even where it may start without Redis', async () => {
    const server = await started({ password: 'right' });
    for (const url of [server.url.replace('right', 'wrong'), server.url.replace(':right@', '')]) {
      const store = new RedisAdmissionStore({ client: clientOf(url), degradedStart: true });
      await expect(startWith(store)).rejects.toThrow('Redis refuses the password of `client`.');
    }
    await expect(startWith(new RedisAdmissionStore({ client: clientOf(server.url) }))).resolves.toBeDefined();
  });

  it('does not start where its user of Redis may not do what is needed', async () => {
    const server = await started();
    server.command('acl', 'setuser', 'poor', 'on', '>secret', '~*', '+@all', '-eval', '-evalsha');
    const store = new RedisAdmissionStore({ client: clientOf(`redis://poor:secret@127.0.0.1:${server.port}`) });
    await expect(startWith(store)).rejects.toThrow('Extend the ACL of the user.');
  });

  it('does not start with a client for one server where the server belongs to a cluster', async () => {
    const cluster = await RedisCluster.start();
    servers.push(cluster);
    const problems = cluster.urls.map(async (url) => startWith(new RedisAdmissionStore({ client: clientOf(url) })));
    for (const { reason } of (await Promise.allSettled(problems)) as { reason?: Error }[]) {
      expect(reason?.message).toContain('belongs to a cluster');
    }
  }, 60_000);
});
