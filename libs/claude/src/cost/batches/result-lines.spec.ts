import * as fc from 'fast-check';
import { ResultLines } from './result-lines.js';

const MESSAGE = {
  id: 'msg_1',
  content: [{ type: 'tool_use', input: { usage: { output_tokens: 9 }, text: 'sea — "\n' } }],
  model: 'claude-haiku-5-5',
  usage: { input_tokens: 3, output_tokens: 5, service_tier: 'standard' },
};

const LINES = [
  { custom_id: 'a', result: { type: 'succeeded', message: MESSAGE } },
  { custom_id: 'b', result: { type: 'errored', error: { type: 'error' } } },
  { custom_id: 'c', result: { type: 'canceled' } },
  { custom_id: 'd', result: { type: 'succeeded', message: MESSAGE } },
].map((line) => JSON.stringify(line));

function read(...chunks: readonly (string | Buffer)[]): ResultLines {
  const lines = new ResultLines();
  for (const chunk of chunks) lines.push(Buffer.from(chunk as string));
  lines.end();
  return lines;
}

describe('ResultLines', () => {
  it.each(['\n', '\r\n', '\n\n'])(
    'has the usage of each that succeeded, at the tier of batches: ended by %j',
    (end) => {
      const { uses, count, isReadable } = read(LINES.map((line) => line + end).join(''));
      expect({ count, isReadable }).toEqual({ count: 4, isReadable: true });
      expect(uses.map(({ customId, model }) => [customId, model])).toEqual([
        ['a', MESSAGE.model],
        ['d', MESSAGE.model],
      ]);
      expect(uses[0]?.usage).toMatchObject({ inputTokens: 3, outputTokens: 5, serviceTier: 'batch' });
    },
  );

  it('reads the same wherever the bytes are cut', () => {
    const bytes = Buffer.from(LINES.join('\n'));
    const whole = read(bytes).uses;
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
        const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end));
        expect(read(...chunks).uses).toEqual(whole);
      }),
    );
  });

  it.each([
    ['a line that breaks off', `${LINES[0]}\n${LINES[3]?.slice(0, -40)}`],
    ['a page of a proxy', '<html>\n'],
    ['other JSON', '{"type":"error"}\n'],
    ['a success without an id', '{"result":{"type":"succeeded","message":{"model":"m","usage":{}}}}\n'],
    [
      'a success without usage',
      '{"custom_id":"a","result":{"type":"succeeded","message":{"model":"m","usage":null}}}\n',
    ],
  ])('says that it cannot read %s, whatever comes after', (_, text) => {
    expect(read(text, `\n${LINES[0]}\n`).isReadable).toBe(false);
  });

  it('keeps nothing of a line without end', () => {
    const lines = new ResultLines();
    const chunk = Buffer.alloc(8 * 1024 * 1024, 'x');
    for (let n = 0; n < 5; n++) lines.push(chunk);
    expect(lines.isReadable).toBe(false);
  });
});
