import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiFailure } from './api-failure.js';

/** A key that was accepted. */
export interface ApiKey {
  readonly secret: string;
  /** What records show instead of the key. */
  readonly fingerprint: string;
  /** Position in the `apiKeys` option, else in order of first use. */
  readonly index: number;
  /** Owner of rate limits, prompt cache and batches. */
  readonly organization: string;
  /** What the `anthropic-organization-id` header says. */
  readonly organizationId: string;
}

/** A few characters that tell keys apart and do not lead back to them. */
export function fingerprintOf(secret: string): string {
  return `sha256:${createHash('sha256').update(secret).digest('hex').slice(0, 12)}`;
}

/** The key of a request: `Authorization: Bearer`, which the SDK sends since 1.0, or the older `x-api-key`. */
export function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const apiKey = headers['x-api-key'];
  if (typeof apiKey === 'string' && apiKey !== '') return apiKey;
  return /^Bearer +(\S.*)$/i.exec(headers.authorization ?? '')?.[1];
}

/** Who may call, and whom each key belongs to. */
export class ApiKeys {
  /** What answers to unknown callers carry. */
  readonly defaultOrganizationId = organizationIdOf('default');
  #accepted: ReadonlySet<string> | undefined;
  readonly #organizations: ReadonlyMap<string, string>;
  readonly #known = new Map<string, ApiKey>();

  constructor(accepted: readonly string[] | undefined, organizations: Readonly<Record<string, string>>) {
    this.#organizations = new Map(Object.entries(organizations));
    if (accepted !== undefined) this.accept(accepted);
  }

  /** Keys are made and revoked: from now on these are accepted, and no others. */
  accept(secrets: readonly string[]): void {
    this.#accepted = new Set(secrets);
    for (const secret of secrets) if (!this.#known.has(secret)) this.#remember(secret);
  }

  /** Whether calls may be made with it. */
  accepts(secret: string): boolean {
    return this.#accepted?.has(secret) ?? this.#known.has(secret);
  }

  /** @throws ApiFailure 401 */
  authenticate(headers: IncomingHttpHeaders): ApiKey {
    const secret = keyOf(headers);
    if (secret === undefined) throw new ApiFailure(401, 'x-api-key header is required');
    if (this.#accepted && !this.#accepted.has(secret)) throw new ApiFailure(401, 'invalid x-api-key');
    return this.#known.get(secret) ?? this.#remember(secret);
  }

  #remember(secret: string): ApiKey {
    const fingerprint = fingerprintOf(secret);
    const organization = this.#organizations.get(secret) ?? fingerprint;
    const index = this.#known.size;
    const key = { secret, fingerprint, index, organization, organizationId: organizationIdOf(organization) };
    this.#known.set(secret, key);
    return key;
  }
}

/** A stable value in the form of a UUID. */
function organizationIdOf(organization: string): string {
  const hex = createHash('sha256').update(`organization ${organization}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
