import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Keyring } from '../../libs/claude/src/keys/keyring/keyring.js';

const run = promisify(execFile);
const SESSION = join(__dirname, 'keyring.session.ts');

/** Unlocks a new keyring with an empty passphrase, and runs the tests with it. */
const IN_SESSION = [
  'eval "$(printf "\\n" | gnome-keyring-daemon --unlock --components=secrets)"',
  `exec "${process.execPath}" node_modules/jest/bin/jest.js --selectProjects session --runTestsByPath "${SESSION}"`,
].join('\n');

function missing(): string[] {
  return ['dbus-run-session', 'gnome-keyring-daemon'].filter(
    (name) => spawnSync('which', [name], { stdio: 'ignore' }).status !== 0,
  );
}

describe('the keyring', () => {
  it('holds against a real Secret Service', async () => {
    const without = missing();
    if (without.length > 0) {
      // Where the checks run it must be there; elsewhere it must be said that nothing was shown.
      expect([process.env['CI'], without]).not.toEqual(['true', without]);
      console.warn(`NOT TESTED: the keyring against a Secret Service, for want of ${without.join(' and ')}.`);
      return;
    }
    const home = await mkdtemp(join(tmpdir(), 'keyring-'));
    try {
      const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home };
      const { stderr } = await run('dbus-run-session', ['--', 'bash', '-c', IN_SESSION], { env, timeout: 100_000 });
      expect(stderr).toMatch(/Tests: +4 passed, 4 total/);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }, 120_000);

  it('says that there is none, rather than that it is empty, where no session has one', async () => {
    const { DBUS_SESSION_BUS_ADDRESS: bus } = process.env;
    process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nowhere';
    try {
      const keyring = await Keyring.load();
      expect(await keyring.isThere()).toBe(false);
      await expect(keyring.get('nestjs-claude', 'default')).rejects.toThrow(
        /keyring.*cannot be used.*keep the key elsewhere/,
      );
    } finally {
      if (bus === undefined) delete process.env['DBUS_SESSION_BUS_ADDRESS'];
      else process.env['DBUS_SESSION_BUS_ADDRESS'] = bus;
    }
  });
});
