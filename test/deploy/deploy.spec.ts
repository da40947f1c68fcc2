import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { safeLoadAll } from 'js-yaml';
import { createVirtualKey } from 'nestjs-claude';
import { readSettings, type Settings } from '../../src/settings.js';
import { ADMIN, gatewayFor, send, startSimulator } from '../gateway/support.js';

const ROOT = resolve(import.meta.dirname, '../..');
const DEPLOY = join(ROOT, 'deploy');

/** What a process that ends gives sinks and observers, on top of what the options say. */
const FLUSH_MS = 10_000;

type Fields = Readonly<Record<string, unknown>>;

interface Container extends Fields {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

interface PodSpec extends Fields {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly [Container];
  readonly volumes: readonly Fields[];
}

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
  readonly spec: Fields & { readonly replicas: number; readonly template: { readonly spec: PodSpec } };
}

interface Service extends Fields {
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly ports: readonly string[];
  readonly stop_grace_period: string;
  readonly healthcheck: { readonly test: readonly string[] };
}

interface Compose {
  readonly services: { readonly gateway: Service; readonly redis: Service; readonly postgres: Service };
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Fields;
}

function text(file: string): string {
  return readFileSync(join(DEPLOY, file), 'utf8');
}

const RESOURCES = safeLoadAll(text('kubernetes.yaml')) as readonly Resource[];
const COMPOSE = safeLoadAll(text('compose.yaml'))[0] as Compose;
const DOCKERFILE = text('Dockerfile').split('\n');
const SOURCES = sourcesIn(join(ROOT, 'src'));

function sourcesIn(directory: string): string {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => readFileSync(join(directory, file), 'utf8'))
    .join('\n');
}

function resource(kind: string, name = 'claude-gateway'): Resource {
  const found = RESOURCES.find((each) => each.kind === kind && each.metadata.name === name);
  if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
  return found;
}

function pod(): PodSpec {
  return resource('Deployment').spec.template.spec;
}

function gatewayEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(pod().containers[0].env.map(({ name, value }) => [name, value]));
}

const directory = mkdtempSync(join(tmpdir(), 'deploy-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What stands in each file that a variable names. */
const CONTENTS: Readonly<Record<string, string>> = {
  CLAUDE_CONFIG: text('claude.json'),
  ANTHROPIC_API_KEY_FILE: 'sk-ant-from-a-file',
  ADMIN_TOKEN_FILE: ADMIN.ADMIN_TOKEN,
  GATEWAY_KEYS_FILE: JSON.stringify({ keys: [{ id: 'a', hash: createVirtualKey('a').hash }] }),
  REDIS_URL_FILE: 'redis://:password@claude-gateway-redis:6379',
  DATABASE_URL_FILE: 'postgres://gateway:password@claude-gateway-postgres:5432/gateway',
};

/** The settings of the gateway that is deployed so, with files of the test's. */
function settingsIn(env: Readonly<Record<string, string>>): Settings {
  const named = Object.entries(env).map(([name, value]) => {
    const content = CONTENTS[name];
    if (content === undefined) return [name, value];
    const file = join(directory, name);
    writeFileSync(file, content);
    return [name, file];
  });
  return readSettings(Object.fromEntries(named) as Record<string, string>);
}

/** How long a gateway takes to shut down at the most. */
function shutdownMs({ claude }: Settings): number {
  return (claude.health?.drainDelayMs ?? 0) + (claude.shutdownGraceMs ?? 30_000) + FLUSH_MS;
}

describe.each([
  ['kubernetes.yaml', gatewayEnvironment()],
  ['compose.yaml', COMPOSE.services.gateway.environment],
])('The gateway of %s', (_, env) => {
  it('has no variable that the gateway does not read', () => {
    const isRead = (name: string): boolean => SOURCES.includes(`'${name}'`);
    // A secret is read by a helper that is given the name without `_FILE`.
    const unknown = Object.keys(env).filter((name) => !isRead(name) && !isRead(name.replace(/_FILE$/, '')));
    expect(unknown).toEqual([]);
  });

  it('starts with them: each is accepted, and does something', () => {
    const settings = settingsIn(env);
    expect(settings).toMatchObject({ host: '0.0.0.0', port: 3_000, hasKey: true, stores: { migrates: true } });
    expect(settings.stores.redisUrl).toMatch(/^redis:/);
    expect(settings.stores.databaseUrl).toMatch(/^postgres:/);
    expect(settings.keys?.list).toHaveLength(1);
  });

  it('has its secrets in files alone', () => {
    const secrets = Object.keys(env).filter((name) => /KEY|TOKEN|PEPPER|_URL/.test(name));
    expect(secrets.filter((name) => !name.endsWith('_FILE'))).toEqual([]);
  });
});

describe('The manifest for Kubernetes', () => {
  it('runs two replicas, and is patient with one that shuts down', () => {
    expect(resource('Deployment').spec.replicas).toBe(2);
    expect(pod().terminationGracePeriodSeconds * 1_000).toBeGreaterThan(shutdownMs(settingsIn(gatewayEnvironment())));
  });

  it('probes routes that there are, on the port that it opens', async () => {
    const [container] = pod().containers;
    expect(container.ports).toMatchObject([
      { name: 'http', containerPort: Number(gatewayEnvironment()['PORT']) },
      { name: 'admin', containerPort: Number(gatewayEnvironment()['ADMIN_PORT']) },
    ]);
    const gateway = await gatewayFor((await startSimulator()).url);
    for (const [probe, path] of [
      ['startupProbe', '/health/live'],
      ['livenessProbe', '/health/live'],
      ['readinessProbe', '/health/ready'],
    ] as const) {
      expect(container[probe]).toMatchObject({ httpGet: { path, port: 'http' } });
      // oxlint-disable-next-line no-await-in-loop -- one after the other is as fast
      expect((await send(gateway, path)).status).toBe(200);
    }
  });

  it('mounts every file that a variable names, and whatever it mounts', () => {
    const [{ volumeMounts }] = pod().containers;
    const paths = Object.values(gatewayEnvironment()).filter((value) => value.startsWith('/'));
    expect(paths.filter((path) => !volumeMounts.some(({ mountPath }) => path.startsWith(mountPath)))).toEqual([]);
    const volumes = new Set(pod().volumes.map(({ name }) => name));
    expect(volumeMounts.filter(({ name }) => !volumes.has(name))).toEqual([]);
    expect(resource('ConfigMap').data['claude.json']).toBe(text('claude.json'));
  });

  it('has a service of the name and port that each URL holds', () => {
    for (const [url, port] of [
      [CONTENTS['REDIS_URL_FILE'], 6_379],
      [CONTENTS['DATABASE_URL_FILE'], 5_432],
    ] as const) {
      const { hostname } = new URL(String(url));
      expect(resource('Service', hostname).spec['ports']).toMatchObject([{ port }]);
      expect(resource('StatefulSet', hostname).spec.template.spec.containers[0].ports).toMatchObject([
        { containerPort: port },
      ]);
    }
  });
});

describe('The compose file', () => {
  it('publishes the port on this machine alone, and is patient with a shutdown', () => {
    const { gateway } = COMPOSE.services;
    expect(gateway.ports).toEqual([`127.0.0.1:3000:${gateway.environment['PORT']}`]);
    expect(Number.parseInt(gateway.stop_grace_period, 10) * 1_000).toBeGreaterThan(
      shutdownMs(settingsIn(gateway.environment)),
    );
    expect(gateway.healthcheck.test.join(' ')).toContain(`127.0.0.1:${gateway.environment['PORT']}/health/live`);
  });

  it('gives each service the secrets it reads, all of which are files that git ignores', () => {
    for (const service of Object.values(COMPOSE.services)) {
      const named = JSON.stringify(service).match(/\/run\/secrets\/\w+/g) ?? [];
      expect(new Set(named.map((path) => basename(path)))).toEqual(new Set(service.secrets));
    }
    const given = Object.values(COMPOSE.services).flatMap(({ secrets }) => secrets);
    expect(new Set(Object.keys(COMPOSE.secrets))).toEqual(new Set(given));
    for (const [name, { file }] of Object.entries(COMPOSE.secrets)) expect(file).toBe(`./secrets/${name}`);
    expect(readFileSync(join(ROOT, '.gitignore'), 'utf8')).toContain('deploy/secrets');
  });
});

describe('The Dockerfile', () => {
  const lines = (instruction: string): string[] => DOCKERFILE.filter((line) => line.startsWith(`${instruction} `));

  it('copies what there is', () => {
    const sources = lines('COPY')
      .filter((line) => !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(sources.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
    const { workspaces } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { workspaces: string[] };
    expect(workspaces.filter((workspace) => !sources.includes(`${workspace}/package.json`))).toEqual([]);
  });

  it('starts what the build makes, as `npm start` does, without rights it does not need', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };
    const [command = ''] = lines('CMD');
    const words = JSON.parse(command.slice('CMD '.length)) as string[];
    expect(scripts.start).toContain(words.join(' '));
    expect(lines('USER')).toEqual(['USER node']);
    expect(lines('EXPOSE')).toEqual(['EXPOSE 3000']);
    expect(lines('FROM').every((line) => line.startsWith('FROM node:20-slim'))).toBe(true);
  });
});
