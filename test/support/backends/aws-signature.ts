import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Whose signatures hold. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;

/**
 * Whether a request is signed as AWS wants it, over what has really arrived. Source: AWS, "Create a signed AWS API request"
 * (Signature Version 4).
 */
export function isSigned(request: IncomingMessage, body: string, credentials: AwsCredentials): boolean {
  const [, keyId, day = '', region = '', service = '', signedHeaders = '', signature] =
    AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  if (keyId !== credentials.accessKeyId || service !== 'bedrock') return false;
  const names = signedHeaders.split(';');
  if (!['host', 'x-amz-date'].every((name) => names.includes(name))) return false;
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    scope,
    sha256(canonicalRequest(request, body, names)),
  ].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce(
    (made: Buffer | string, part) => hmac(made, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  return hmac(key, toSign).toString('hex') === signature;
}

function canonicalRequest({ method, url = '', headers }: IncomingMessage, body: string, names: string[]): string {
  const [path = '', query = ''] = url.split('?');
  return [
    method,
    // Each segment is encoded once more than on the wire.
    encodeURIComponent(path).replaceAll('%2F', '/'),
    query,
    ...names.map(
      (name) =>
        `${name}:${String(headers[name] ?? '')
          .trim()
          .replaceAll(/ +/g, ' ')}`,
    ),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
