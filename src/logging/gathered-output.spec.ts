import { GatheredOutput } from './gathered-output.js';

function gathered(): { readonly output: GatheredOutput; readonly writes: string[] } {
  const writes: string[] = [];
  const output = new GatheredOutput(() => ({ write: (text: unknown) => writes.push(String(text)) > 0 }));
  return { output, writes };
}

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('the lines of one turn are one write, in their order, and those of the next another', async () => {
  const { output, writes } = gathered();
  output.write('one\n');
  output.write('two\n');
  expect(writes).toEqual([]);
  await endOfTurn();
  expect(writes).toEqual(['one\ntwo\n']);
  output.write('three\n');
  await endOfTurn();
  expect(writes).toEqual(['one\ntwo\n', 'three\n']);
});

it('what is flushed is not written again', async () => {
  const { output, writes } = gathered();
  output.write('one\n');
  output.flush();
  output.flush();
  await endOfTurn();
  expect(writes).toEqual(['one\n']);
});

it('more than is gathered is written at once', () => {
  const { output, writes } = gathered();
  output.write('a'.repeat(65_536));
  expect(writes).toEqual([]);
  output.write('b');
  expect(writes.join('')).toHaveLength(65_537);
});

it('listens to the exit of the process only while something is there', async () => {
  const before = process.listenerCount('exit');
  const { output, writes } = gathered();
  output.write('one\n');
  output.write('two\n');
  expect(process.listenerCount('exit')).toBe(before + 1);
  process.listeners('exit').at(-1)?.(0);
  expect(writes).toEqual(['one\ntwo\n']);
  await endOfTurn();
  expect(process.listenerCount('exit')).toBe(before);
});
