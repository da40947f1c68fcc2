import { inspect } from 'node:util';
import fc from 'fast-check';
import { AnthropicSimulator } from 'nestjs-claude/testing';
import { createRuntime } from '../../libs/claude/src/claude.runtime.js';
import { resolveSettings } from '../../libs/claude/src/config/settings.js';
import { SECRETS } from '../../libs/claude/src/redaction/spec-support/arbitrary-secrets.js';
import { captureLog } from '../support/captured-log.js';
import { PARAMS, SIMULATED_KEY } from '../support/claude-harness.js';
import { makeMixedCalls, MIXED_FAULTS, MIXED_OPTIONS, whenAllSettled } from '../support/mixed-calls.js';

const CALLS = 10_000;

/** Of each kind that the redactor is tested with so many. */
const OF_EACH_KIND = 8;

const PROMPT = 'a prompt that nobody may read';

const DRAWN = Object.values(SECRETS).flatMap((kind) => fc.sample(kind, { numRuns: OF_EACH_KIND, seed: 11 }));

/** What a log could be forged with. */
const FORGED = '\n2026-11-28 LOG [Nest] forged\r\u2028\u001b[2K\u001b]0;title\u0007';

const opened: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close();
});

it(`a log of ${CALLS} mixed calls holds no key, no personal data, no content and no forged line`, async () => {
  const sim = await AnthropicSimulator.start({ faults: MIXED_FAULTS, record: 'usage', seed: 7 });
  opened.push(sim);
  const log = captureLog();
  const settings = resolveSettings({ apiKey: SIMULATED_KEY, baseURL: sim.url, ...MIXED_OPTIONS });
  const runtime = createRuntime(settings, 'default', { logWriter: log.writer });
  opened.push(runtime.transport);
  let recorded = 0;
  runtime.records.subscribe(() => (recorded += 1));
  const { signal } = new AbortController();

  const secretOf = (index: number): string => DRAWN[index % DRAWN.length] ?? SIMULATED_KEY;
  await makeMixedCalls(runtime.client, {
    calls: CALLS,
    signal,
    draw: (index) => {
      const secret = index % 50 === 0 ? SIMULATED_KEY : secretOf(index);
      return {
        context: {
          user: index % 3 === 0 ? secret : `user-${index % 7}${FORGED}`,
          tags: { team: secret, ...(index % 11 === 0 && { [`tag-${FORGED}`]: FORGED }) },
          requestType: index % 5 === 0 ? secret : 'chat',
          correlationId: index % 4 === 0 ? secret : `edge-${index}`,
        },
        params: {
          ...PARAMS,
          ...(index % 20 === 0 && { model: secret }),
          messages: [{ role: 'user' as const, content: `${PROMPT}: ${secret}` }],
        },
      };
    },
  });
  await whenAllSettled(runtime);
  expect(log.lines).toHaveLength(recorded);
  expect(recorded).toBeGreaterThan(CALLS * 0.95);
  expect(new Set(log.lines.map(({ fields }) => fields['callId'])).size).toBe(recorded);
  expect(runtime.redactor.dropped).toBe(0);
  const asText = log.lines.map(({ text }) => text);
  const asJson = log.lines.map(({ fields }) => JSON.stringify(fields));
  expect(asText.filter((line) => /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(line))).toEqual([]);
  const all = [...asText, ...asJson].join('\n');
  const found = [...DRAWN, SIMULATED_KEY, PROMPT, '\\u001b'].filter((secret) => all.includes(secret));
  expect(inspect(found)).toBe('[]');
}, 180_000);
