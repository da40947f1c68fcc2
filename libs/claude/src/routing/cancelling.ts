/**
 * Makes a request whose answer ends it when it is read no further. A body that is translated on its way, as Bedrock's is,
 * cannot do that by itself while it waits for what comes next: the connection would stay, and the tokens be paid for.
 */
export async function cancelling(
  caller: AbortSignal | null | undefined,
  send: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const controller = new AbortController();
  const end = (): void => controller.abort(caller?.reason);
  if (caller?.aborted === true) end();
  caller?.addEventListener('abort', end, { once: true });
  const response = await send(controller.signal);
  if (response.body === null) return response;
  const { status, statusText, headers } = response;
  return new Response(endingOnCancel(response.body, controller), { status, statusText, headers });
}

function endingOnCancel(body: ReadableStream<Uint8Array>, controller: AbortController): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(sink) {
        const { done, value } = await reader.read();
        if (done) sink.close();
        else sink.enqueue(value);
      },
      cancel(reason) {
        controller.abort(reason);
      },
    },
    // No further than what is asked for: what was read ahead would be read although nobody wants it.
    { highWaterMark: 0 },
  );
}
