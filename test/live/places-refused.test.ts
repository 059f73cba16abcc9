/** Words that name no place to record. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cgroupMounts } from '../helpers/cgroups.js';
import { describeLive } from '../helpers/live.js';
import { publicFolder } from '../helpers/workload.js';
import { Pins } from './pins.js';
import { record } from './recorder.js';

describeLive('places that are none: one line, and nothing is written', () => {
  const folder = publicFolder();
  const file = (name: string) => join(folder.path, name);
  let pins: Pins;
  beforeAll(() => {
    pins = new Pins(folder.path);
  });
  afterAll(() => {
    pins.remove();
    folder.remove();
  });

  const NO_SET = 'is no hash map with keys of 64 bits';
  const output = () => file('none.tcap');

  async function expectRefused(words: readonly string[], why: string): Promise<void> {
    const { status, stdout, stderr } = await record(['-o', output(), ...words]);
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: `tracecap: ${words.join(' ')}: ${why}\n`,
    });
    expect(existsSync(output())).toBe(false);
  }

  test('a set with keys of 32 bits, another map, a program', async () => {
    for (const option of ['--cgroupmap', '--mntnsmap']) {
      await expectRefused([option, (await pins.pin(`program-${option}`, 'program')).path], NO_SET);
      await expectRefused(
        [option, (await pins.pin(`map-${option}`, 'map', '4', '4')).path],
        NO_SET,
      );
      await expectRefused([option, (await pins.pin(`array-${option}`, 'array')).path], NO_SET);
    }
  });

  test('what is pinned nowhere', async () => {
    const absent = join(pins.path, 'absent');
    await expectRefused(
      ['--mntnsmap', absent],
      `no pinned map can be opened here (open ${absent}: No such file or directory)`,
    );
    await expectRefused(
      ['--cgroupmap', '/etc/passwd'],
      'no pinned map can be opened here (open /etc/passwd: Permission denied)',
    );
  });

  const v1 = cgroupMounts('cgroup')[0] ?? '/proc';
  test('a folder that is no cgroup v2', async () => {
    await expectRefused(
      ['--cgroup', v1],
      "is no folder of cgroup v2; they are where 'findmnt -t cgroup2' says",
    );
  });

  test('a mount namespace that is none', async () => {
    const { status, stderr } = await record(['-o', output(), '--mntns', 'mine']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      "tracecap: --mntns: 'mine' is neither a process id nor the inode number of a mount namespace (ls -Li /proc/PID/ns/mnt)\n",
    );
    expect(existsSync(output())).toBe(false);
  });
});
