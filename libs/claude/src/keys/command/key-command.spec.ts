import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { keyFromEncryptedFile } from '../encrypted/encrypted-file.source.js';
import { EXIT, keyCommand } from './key-command.js';

let directory: string;
let where: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'key-command-'));
  const kek = join(directory, 'kek');
  await writeFile(kek, Buffer.alloc(32, 1));
  where = ['--to', 'file', '--path', join(directory, 'keys.enc'), '--kek-file', kek];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[], typed = ''): Promise<Ran> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const code = await keyCommand(args, { input: Readable.from([typed]), output, errors });
  return { code, out: textOf(output), err: textOf(errors) };
}

function textOf(stream: PassThrough): string {
  return String(stream.read() ?? '');
}

describe('nestjs-claude key', () => {
  it('stores a key that is piped in, lists it without showing it, rotates and removes it', async () => {
    const set = await run(['key', 'set', ...where], 'sk-ant-piped\n');
    expect(set).toMatchObject({
      code: EXIT.ok,
      out: expect.stringMatching(/^Stored as key-[0-9a-f]{8}\.\n$/) as string,
    });
    const source = keyFromEncryptedFile({ path: where[3] ?? '', kekFile: where[5] ?? '' });
    expect(await source.getKey()).toMatchObject({ value: 'sk-ant-piped' });
    expect((await run(['key', 'rotate', ...where], 'sk-ant-next')).code).toBe(EXIT.ok);
    expect(await source.getKey()).toMatchObject({ value: 'sk-ant-next' });
    const list = await run(['key', 'list', ...where]);
    expect(list.out).toMatch(/^key-\w+ {2}created \S+ {2}ends \S+\nkey-\w+ {2}created \S+ {2}in use\n$/);
    expect(list.out).not.toContain('sk-ant');
    expect((await run(['key', 'remove', '--id', 'none', ...where])).code).toBe(EXIT.nothing);
    expect((await run(['key', 'remove', ...where])).code).toBe(EXIT.ok);
    expect((await run(['key', 'list', ...where])).code).toBe(EXIT.nothing);
  });

  it('reads a key from a terminal without showing it', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
    const [output, errors] = [new PassThrough(), new PassThrough()];
    const running = keyCommand(['key', 'set', ...where], { input, output, errors });
    input.write('sk-ant-typed\r');
    expect(await running).toBe(EXIT.ok);
    expect(textOf(output) + textOf(errors)).not.toContain('sk-ant');
    const source = keyFromEncryptedFile({ path: where[3] ?? '', kekFile: where[5] ?? '' });
    expect(await source.getKey()).toMatchObject({ value: 'sk-ant-typed' });
  });

  it('ends with 130 when somebody presses Ctrl-C', async () => {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
    const running = keyCommand(['key', 'set', ...where], {
      input,
      output: new PassThrough(),
      errors: new PassThrough(),
    });
    input.write('\u0003');
    expect(await running).toBe(EXIT.interrupted);
  });

  it.each([
    [
      'a key on the command line',
      ['key', 'set', 'sk-ant-on-the-line', '--to', 'file'],
      /never taken from the command line/,
    ],
    ['no place', ['key', 'set'], /--to keyring/],
    ['another place', ['key', 'set', '--to', 'cloud'], /--to keyring/],
    ['no action', ['key'], /set, list, rotate, remove/],
    ['an unknown option', ['key', 'set', '--key', 'sk-ant-on-the-line'], /option that is not known/],
    ['a path for the keyring', ['key', 'list', '--to', 'keyring', '--path', 'x'], /`--path` and `--kek-file`/],
    ['an id where none belongs', ['key', 'list', '--to', 'file', '--id', 'x'], /`--id` is for `remove`/],
  ])('refuses %s with 2', async (_, args, message) => {
    const { code, err } = await run(args);
    expect([code, err]).toEqual([EXIT.usage, expect.stringMatching(message)]);
    expect(err).not.toContain('sk-ant');
  });

  it.each([
    ['', 'empty string'],
    ['two\nlines', 'more than one line'],
    ['<your key>', 'placeholder'],
  ])('refuses %j as a key with 1', async (typed, problem) => {
    expect(await run(['key', 'set', ...where], typed)).toMatchObject({
      code: EXIT.failed,
      err: expect.stringContaining(problem) as string,
    });
  });

  it('says how to encrypt when nothing says with what', async () => {
    const { code, err } = await run(['key', 'set', '--to', 'file', '--path', join(directory, 'keys.enc')], 'sk-ant-1');
    expect([code, err]).toEqual([EXIT.failed, expect.stringContaining('NESTJS_CLAUDE_KEK_FILE')]);
  });

  it('shows how it is used', async () => {
    expect(await run(['--help'])).toMatchObject({ code: EXIT.ok, out: expect.stringMatching(/^Usage:/) as string });
  });
});
