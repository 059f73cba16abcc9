/** Whom a capture belongs to: who asked for it, and nobody else. */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeLive } from '../helpers/live.js';
import { publicFolder } from '../helpers/workload.js';
import { info, record } from './recorder.js';

/** The tests themselves may run under sudo. */
const { SUDO_UID: _uid, SUDO_GID: _gid, SUDO_USER: _user, ...WITHOUT_SUDO } = process.env;
const BEHIND_SUDO = { ...process.env, SUDO_UID: '12345', SUDO_GID: '54321', SUDO_USER: 'someone' };

describeLive('the output', () => {
  const folder = publicFolder();
  const file = (name: string) => join(folder.path, name);
  afterAll(folder.remove);

  test.concurrent('is only for the user who started it', async () => {
    expect((await record(['-o', file('own'), '--', 'true'], WITHOUT_SUDO)).status).toBe(0);
    expect(ownership(file('own'))).toEqual({
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      mode: '100600',
    });
  });

  test.concurrent('belongs to the user behind sudo', async () => {
    expect((await record(['-o', file('sudo'), '--', 'true'], BEHIND_SUDO)).status).toBe(0);
    expect(ownership(file('sudo'))).toEqual({ uid: 12345, gid: 54321, mode: '100600' });
    expect(info(file('sudo')).manifest.requested_by).toMatchObject({
      sudo_user: 'someone',
      sudo_uid: 12345,
    });
  });

  test.concurrent('a device is written to, and stays as it is', async () => {
    // /dev/null by another name: should this fail, everybody else keeps theirs.
    spawnSync('mknod', ['-m', '666', file('null'), 'c', '1', '3']);
    const before = ownership(file('null'));
    expect(before.mode).toBe('20666');
    for (const force of [[], ['--force']]) {
      const words = ['-o', file('null'), ...force, '--', 'true'];
      expect((await record(words, BEHIND_SUDO)).status).toBe(0);
      expect(ownership(file('null'))).toEqual(before);
    }
  });
});

function ownership(path: string): { uid: number; gid: number; mode: string } {
  const { uid, gid, mode } = statSync(path);
  return { uid, gid, mode: mode.toString(8) };
}
