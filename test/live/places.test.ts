/** Filters by place: cgroups, mount namespaces, pinned sets of both. For every source there is. */
import { existsSync, mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SOURCES } from '../../src/sources/index.js';
import { cgroup2Mount } from '../helpers/cgroups.js';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { Pins } from './pins.js';
import { query, Running, record, startedRecording } from './recorder.js';

const SMALL = ['--buffer-size', '256KiB'];

describeLive('places', () => {
  const folder = publicFolder();
  const file = (name: string) => join(folder.path, name);
  let actor = '';
  let pins: Pins;
  const running: Running[] = [];

  beforeAll(() => {
    actor = buildWorkload('actor', folder.path);
    pins = new Pins(folder.path);
  });
  afterEach(() => {
    for (const each of running.splice(0)) each.stop();
  });
  afterAll(() => {
    pins.remove();
    folder.remove();
  });

  /** An actor, perhaps started by other words; and its pid. */
  async function startActor(...before: string[]): Promise<Running & { readonly who: number }> {
    const [program = '', ...words] = [...before, actor];
    const started = new Running(program, words);
    running.push(started);
    const [, pid] = await started.says(/^ready (\d+)$/m);
    return Object.assign(started, { who: Number(pid) });
  }

  async function startRecorder(name: string, ...words: string[]): Promise<Running> {
    const recorder = await startedRecording(['-o', file(name), ...SMALL, ...words]);
    running.push(recorder);
    return recorder;
  }

  async function endOf(...recorders: Running[]): Promise<void> {
    for (const recorder of recorders) recorder.kill('SIGINT');
    for (const recorder of recorders) {
      expect(await recorder.ended).toMatchObject({ status: 0 });
    }
  }

  /** Every source has a row of each of these acts, and no others. */
  async function expectActs(name: string, acts: readonly string[]): Promise<void> {
    for (const source of SOURCES) {
      const rows = await query(file(name), `select comm from ${source.name} order by comm`);
      expect(
        rows.map(({ comm }) => comm),
        source.name,
      ).toEqual(acts.toSorted());
    }
  }

  const processesOf = (name: string) =>
    query(file(name), 'select at, pid from processes order by at, pid');

  describe.runIf(cgroup2Mount !== null)('cgroups', () => {
    const made: string[] = [];
    const below = (...names: string[]) =>
      join(cgroup2Mount as string, `tracecap-test-${process.pid}`, ...names);

    beforeAll(() => {
      for (const path of [below(), below('in'), below('in', 'child'), below('in-not')]) {
        mkdirSync(path);
        made.unshift(path);
      }
    });
    afterAll(() => {
      for (const path of made) rmdirSync(path);
    });
    afterEach(async () => {
      // A cgroup can be removed when nobody is in it.
      for (const each of running) each.stop();
      await Promise.all(running.map(({ ended }) => ended));
    });

    async function actorsIn(...paths: string[]) {
      const actors = await Promise.all(paths.map(() => startActor()));
      for (const [n, { who }] of actors.entries()) {
        writeFileSync(join(paths[n] as string, 'cgroup.procs'), `${who}`);
      }
      return actors;
    }

    const inode = (path: string) => statSync(path).ino;

    test('--cgroup: what is in it and below it, not its parent, not its sibling', async () => {
      const places = [below('in'), below('in', 'child'), below(), below('in-not')];
      const actors = await actorsIn(...places);
      const recorder = await startRecorder('cgroup', '--cgroup', below('in'));
      for (const [n, each] of actors.entries()) await each.tell(`act-${n}`);
      await endOf(recorder);
      await expectActs('cgroup', ['act-0', 'act-1']);

      const own = actors
        .slice(0, 2)
        .map(({ who }) => who)
        .toSorted((a, b) => a - b);
      expect(await processesOf('cgroup')).toEqual(
        ['end', 'start'].flatMap((at) => own.map((pid) => ({ at, pid }))),
      );
      const named = await query(file('cgroup'), 'select cgroup, path from cgroups order by path');
      expect(named).toEqual(
        places.slice(0, 2).map((path) => ({
          cgroup: inode(path),
          path: path.slice((cgroup2Mount as string).length),
        })),
      );
    });

    test('--cgroupmap: keys come and go while it records', async () => {
      const [one, other] = await actorsIn(below('in'), below('in', 'child'));
      const set = await pins.pinSet('cgroups', 8, 8);
      const recorder = await startRecorder('cgroupmap', '--cgroupmap', set.path);
      const both = async (word: string) => {
        await one?.tell(`one-${word}`);
        await other?.tell(`other-${word}`);
      };
      await both('before');
      await set.tell(`+${inode(below('in'))}`);
      await both('between');
      await set.tell(`-${inode(below('in'))}`);
      await set.tell(`+${inode(below('in', 'child'))}`);
      await both('after');
      await endOf(recorder);
      await expectActs('cgroupmap', ['one-between', 'other-after']);
      expect(await processesOf('cgroupmap')).toEqual([{ at: 'end', pid: other?.who }]);
    });

    test('a cgroup that lived for 50 ms has its path, and its container', async () => {
      const id = 'c0ffee42'.repeat(8);
      const path = below(`docker-${id}.scope`);
      // $1 the cgroup: enters it, does something, leaves it and removes it.
      const script = `mkdir "$1" && echo $$ >"$1/cgroup.procs" && cat /etc/hostname >/dev/null
        sleep 0.05; echo $$ >"$2/cgroup.procs"; rmdir "$1"`;
      const words = ['sh', '-c', script, 'sh', path, cgroup2Mount as string];
      expect(await record(['-o', file('short'), '--', ...words])).toMatchObject({ status: 0 });
      expect(existsSync(path)).toBe(false);
      const rows = await query(
        file('short'),
        `select distinct c.path, container_id from cgroups c join opensnoop o using (cgroup)
         where o.path = '/etc/hostname'`,
      );
      const shown = path.slice((cgroup2Mount as string).length);
      expect(rows).toEqual([{ path: shown, container_id: id }]);
    });
  });

  describe('mount namespaces', () => {
    test('--mntns by a process in it, and by its number', async () => {
      const [inside, outside] = [await startActor('unshare', '-m'), await startActor()];
      const number = statSync(`/proc/${inside.who}/ns/mnt`).ino;
      const recorders = await Promise.all([
        startRecorder('mntns-pid', '--mntns', `${inside.who}`),
        startRecorder('mntns-number', '--mntns', `${number}`),
      ]);
      await outside.tell('outside');
      await inside.tell('inside');
      await endOf(...recorders);
      for (const name of ['mntns-pid', 'mntns-number']) {
        await expectActs(name, ['inside']);
        const expected = ['end', 'start'].map((at) => ({ at, pid: inside.who }));
        expect(await processesOf(name)).toEqual(expected);
      }
    });

    test('--mntnsmap: keys come and go while it records; values may be of any size', async () => {
      const [one, other] = [await startActor('unshare', '-m'), await startActor('unshare', '-m')];
      const [first, second] = [one, other].map(({ who }) => statSync(`/proc/${who}/ns/mnt`).ino);
      const set = await pins.pinSet('mntns', 8, 4);
      await set.tell(`+${second}`);
      const recorder = await startRecorder('mntnsmap', '--mntnsmap', set.path);
      const both = async (word: string) => {
        await one.tell(`one-${word}`);
        await other.tell(`other-${word}`);
      };
      await both('before');
      await set.tell(`+${first}`);
      await set.tell(`-${second}`);
      await both('between');
      await set.tell(`-${first}`);
      await both('after');
      await endOf(recorder);
      await expectActs('mntnsmap', ['other-before', 'one-between']);
      expect(await processesOf('mntnsmap')).toEqual([{ at: 'start', pid: other.who }]);
    });
  });
});
