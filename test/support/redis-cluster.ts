import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { RedisServer } from './redis-server.js';

const MASTERS = 3;

/** A cluster is formed within so many milliseconds, also on a busy machine. */
const FORMS_WITHIN_MS = 30_000;

export interface RedisClusterOptions {
  /** Replicas of each master. Default 0. */
  readonly replicas?: number;
}

/** Private `redis-server` processes that are one cluster of three masters. */
export class RedisCluster {
  private constructor(readonly nodes: readonly RedisServer[]) {}

  static async start({ replicas = 0 }: RedisClusterOptions = {}): Promise<RedisCluster> {
    const nodes: RedisServer[] = [];
    const cluster = new RedisCluster(nodes);
    try {
      for (let i = 0; i < MASTERS * (1 + replicas); i += 1) nodes.push(await startNode());
      join(nodes, replicas);
      await cluster.#formed();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** What a client is told of it. */
  get hosts(): { readonly host: string; readonly port: number }[] {
    return this.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  get urls(): string[] {
    return this.nodes.map(({ url }) => url);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async #formed(): Promise<void> {
    const untilMs = performance.now() + FORMS_WITHIN_MS;
    while (this.nodes.some((node) => !knowsAll(node, this.nodes.length))) {
      if (performance.now() > untilMs) throw new Error('The cluster was not formed in time.');
      await sleep(50);
    }
  }
}

async function startNode(): Promise<RedisServer> {
  const busPort = await freePort();
  const args = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '2000'];
  return RedisServer.start({ args });
}

function join(nodes: readonly RedisServer[], replicas: number): void {
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const options = ['--cluster-replicas', String(replicas), '--cluster-yes'];
  execFileSync('redis-cli', ['--cluster', 'create', ...addresses, ...options], { stdio: 'pipe' });
}

function knowsAll(node: RedisServer, count: number): boolean {
  const info = node.command('cluster', 'info');
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`);
}
