import type { BodySource, BodyTap, WireBody } from '../body.js';

/** A source that notes what is asked of it. */
export class Source implements BodySource {
  readonly calls: string[] = [];
  reason: Error | undefined;

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
  }

  abort(reason: Error): void {
    this.calls.push('abort');
    this.reason = reason;
  }
}

/** A tap that notes what it sees. */
export class Tap implements BodyTap {
  readonly seen: string[] = [];

  chunk(bytes: Uint8Array): void {
    this.seen.push(Buffer.from(bytes).toString());
  }

  end(): void {
    this.seen.push('<end>');
  }

  fail(error: Error): Error {
    this.seen.push(`<fail ${error.message}>`);
    return error;
  }

  cancel(): void {
    this.seen.push('<cancel>');
  }
}

export const bytes = (text: string): Buffer => Buffer.from(text);

export async function readAll(body: WireBody): Promise<string> {
  let text = '';
  for (let chunk = await body.read(); chunk !== null; chunk = await body.read()) text += Buffer.from(chunk).toString();
  return text;
}
