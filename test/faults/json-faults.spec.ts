import { APIConnectionError, APIUserAbortError, InternalServerError } from '@anthropic-ai/sdk';
import { ProtocolError } from 'nestjs-claude';
import type { Fault } from 'nestjs-claude/testing';
import { bootClaude, eventually, PARAMS, rejection, type ClaudeHarness } from '../support/claude-harness.js';
import { expectNothingHeld, fault } from './support.js';

let harness: ClaudeHarness;
beforeEach(async () => {
  harness = await bootClaude();
});
afterEach(() => expectNothingHeld(harness));

function failOnce(broken: Fault): void {
  harness.sim.onMessage().failWith(broken).once().thenReply('recovered');
}

async function expectRecovery(attempts: number): Promise<void> {
  const message = await harness.claude.messages.create(PARAMS);
  expect(message.content).toMatchObject([{ type: 'text', text: 'recovered' }]);
  expect(harness.record().attempts).toHaveLength(attempts);
  expect(harness.record()).toMatchObject({ outcome: { kind: 'succeeded' }, usage: { quality: 'complete' } });
}

fault(9, 'a reset before the answer, or in the middle of a JSON body, is retried', async () => {
  failOnce({ kind: 'resetBeforeHeaders' });
  await expectRecovery(2);
  failOnce({ kind: 'resetMidStream', afterDeltas: 1 });
  await expectRecovery(2);
  // The exchange of unknown outcome is booked as an estimate beside the answer that was handed out.
  expect(harness.record().attempts[0]).toMatchObject({ usage: { quality: 'estimated' } });
});

fault(9, 'a JSON body that always breaks ends in a connection error', async () => {
  harness.sim.onMessage().failWith({ kind: 'truncateBody' });
  expect(await rejection(harness.claude.messages.create(PARAMS))).toBeInstanceOf(APIConnectionError);
  harness.sim.assertCalled({ times: 3 });
});

fault(17, 'an abort before headers closes the connection at once', async () => {
  harness.sim.onMessage().failWith({ kind: 'hang' });
  const controller = new AbortController();
  const call = rejection(harness.claude.messages.create(PARAMS, { signal: controller.signal }));
  await eventually(() => harness.sim.activeRequests === 1, 'the request arrived');
  controller.abort();
  await eventually(() => harness.sim.activeRequests === 0, 'the request ended', 200);
  expect(await call).toBeInstanceOf(APIUserAbortError);
});

fault(19, 'a signal that is aborted already makes no request', async () => {
  const create = harness.claude.messages.create(PARAMS, { signal: AbortSignal.abort() });
  await expect(create).rejects.toBeInstanceOf(APIUserAbortError);
  harness.sim.assertNotCalled();
});

fault(33, 'an HTML page of a proxy is a typed error, shortened and without the key it echoes', async () => {
  const page = `<html>Bearer sk-ant-api03-leaked-secret-0123456789 ${'<p>filler</p>'.repeat(5_000)}</html>`;
  harness.sim.onMessage().failWith({ kind: 'status', status: 502, body: page, contentType: 'text/html' });
  const error = await rejection(harness.claude.messages.create(PARAMS));
  expect(error).toBeInstanceOf(InternalServerError);
  expect(error).toMatchObject({ status: 502, type: 'api_error' });
  expect(error.message).toMatch(/answered 502 with \d+ bytes of text\/html instead of an API error/);
  expect(error.message.length).toBeLessThan(800);
  expect(error.message).not.toContain('leaked-secret');
  harness.sim.assertCalled({ times: 3 });
});

fault(34, 'a 200 with an empty body, or with none that is JSON, is a protocol error after its retries', async () => {
  // So many failures in a row would open it.
  harness = await bootClaude({ circuit: false });
  for (const kind of ['emptyBody', 'malformedJson'] as const) {
    failOnce({ kind });
    await expectRecovery(2);
    harness.sim.onMessage().failWith({ kind });
    const error = await rejection(harness.claude.messages.create(PARAMS));
    expect(error).toBeInstanceOf(ProtocolError);
    const streamed = await rejection(harness.claude.messages.create({ ...PARAMS, stream: true }));
    expect(streamed).toBeInstanceOf(ProtocolError);
  }
});

fault(35, 'a corrupt gzip body is a typed error, and its socket is not used again', async () => {
  failOnce({ kind: 'corruptGzip' });
  await expectRecovery(2);
  harness.sim.onMessage().failWith({ kind: 'corruptGzip' });
  const error = await rejection(harness.claude.messages.create(PARAMS));
  expect(error).toBeInstanceOf(APIConnectionError);
  expect(harness.record().outcome).toMatchObject({ kind: 'failed', error: { code: 'ERR_CONTENT_DECODING' } });
});
