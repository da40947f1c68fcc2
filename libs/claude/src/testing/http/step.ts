/** One thing a response does. A response is a list of these, played in order. */
export type Step =
  /** Status and headers, a flat list of names and values. They leave with the next write or pause. */
  | { readonly do: 'head'; readonly status: number; readonly headers: string[] }
  /** Body text; neighbours leave in one write. `tokens` is the output generated with it. */
  | { readonly do: 'write'; readonly text: string; readonly tokens: number }
  /** Body bytes in a write of their own. */
  | { readonly do: 'segment'; readonly bytes: Uint8Array; readonly tokens: number }
  | { readonly do: 'wait'; readonly ms: number }
  /** The same text over and over, until the client leaves. */
  | { readonly do: 'repeat'; readonly text: string; readonly everyMs: number }
  /** Nothing more, until the client leaves. */
  | { readonly do: 'stall' }
  /** The proper end of the response. */
  | { readonly do: 'end' }
  /** FIN, whatever the response still owes. */
  | { readonly do: 'cut' }
  /** RST. */
  | { readonly do: 'reset' };

export const JSON_TYPE = ['content-type', 'application/json'] as const;

export const END: Step = { do: 'end' };
export const CUT: Step = { do: 'cut' };
export const RESET: Step = { do: 'reset' };
export const STALL: Step = { do: 'stall' };

export function write(text: string, tokens = 0): Step {
  return { do: 'write', text, tokens };
}

/** A wait that takes no step when there is nothing to wait for. */
export function wait(ms: number): readonly Step[] {
  return ms > 0 ? [{ do: 'wait', ms }] : [];
}

/** A complete response with a body of known length. */
export function bodySteps(status: number, headers: readonly string[], body: string, tokens = 0): readonly Step[] {
  const length = String(Buffer.byteLength(body));
  return [{ do: 'head', status, headers: ['content-length', length, ...headers] }, write(body, tokens), END];
}
