import { createRuntime, type ClaudeRuntime } from '../../claude.runtime.js';
import { resolveSettings } from '../../config/settings.js';
import { isClaudeError } from '../../errors/claude-error.js';
import { InvalidOptionsError, KeyUnavailableError } from '../../errors/errors.js';
import type { GivenKey } from '../../keys/key-source.js';

/** Parameters of a report. The SDK writes a list as one `name[]` for each of its items. */
export type ReportParams = Readonly<Record<string, string | readonly string[]>>;

/** What a report is read with. */
export interface AdminClient {
  /** @throws KeyUnavailableError where the key is refused; else what calls throw. */
  get(path: string, query: ReportParams): Promise<unknown>;
  close(): Promise<void>;
}

/** Reports take long, and there is no hurry: a limit of the Admin API is waited for. */
const RETRY = { maxAttempts: 5 } as const;
const DEADLINE_MS = 180_000;

/**
 * A client of the Admin API with a key of its own: retries, deadline, rotation and redaction are those of any call. It shares
 * nothing with the instance whose use is compared but what that says of address and transport.
 */
export function openAdminClient(
  adminKey: GivenKey,
  { settings, clock, random, redactor }: Pick<ClaudeRuntime, 'settings' | 'clock' | 'random' | 'redactor'>,
): AdminClient {
  const { baseURL, transport, client } = settings;
  const options = {
    apiKey: adminKey,
    baseURL,
    transport,
    client: { ...(client.logger && { logger: client.logger }), ...(client.logLevel && { logLevel: client.logLevel }) },
    retry: RETRY,
    timeouts: { deadlineMs: DEADLINE_MS },
    circuit: false,
    rateLimit: false,
    cost: false,
    log: false,
    sanitization: false,
  };
  const runtime = createRuntime(resolveSettings(options, {}), 'reconciliation', {
    clock,
    random,
    onKey: (value) => redactor.known.add(value),
  });
  return {
    get: (path, query) => runtime.client.get<unknown>(path, { query }).then((answer) => answer, explain),
    async close() {
      await Promise.all(runtime.pool.endpoints.map(async ({ key }) => key?.close()));
      await runtime.transport.close();
    },
  };
}

function explain(error: unknown): never {
  const { status } = (error ?? {}) as { readonly status?: unknown };
  if (status === 401 || status === 403) throw refused(status, error);
  if (isClaudeError(error, 'key_unavailable')) {
    throw new KeyUnavailableError(`The key of \`cost.reconciliation.adminKey\`: ${error.message}`, { cause: error });
  }
  throw error;
}

function refused(status: number, cause: unknown): KeyUnavailableError {
  return new KeyUnavailableError(
    `The Admin API refused the key of \`cost.reconciliation.adminKey\` (${status}). It takes a key of its own, which begins with ` +
      '`sk-ant-admin` and which only an admin of the organization can make; a key for calls does not do. Set it to such a key.',
    { cause },
  );
}

/** Where nothing says with what to ask. */
export function noAdminKey(): InvalidOptionsError {
  return new InvalidOptionsError(
    'There is no key to read the reports of Anthropic with: set `cost.reconciliation.adminKey` to a key of the Admin API.',
  );
}
