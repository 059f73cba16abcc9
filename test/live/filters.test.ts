/** Filters, each by a recorder of its own, all at once, of the same family of processes. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { type Ended, query, Running, startedRecording } from './recorder.js';

/** workloads/family.c: who opens files, three each, in this order. */
const THREADS = ['early', 'early-thread', 'main', 'late'];
const RELATIVES = ['child', 'grandchild', 'nobody'];
const EVERYBODY = [...THREADS, ...RELATIVES, 'after-exec'];
const [MAKES, READS, FAILS] = [0, 1, 2];
const ALL = [MAKES, READS, FAILS];

/** What is recorded of the running family {pid}, whose thread "early" is {tid}, and who is seen. */
const FILTERS: [words: string, who: string[], which: number[]][] = [
  ['-p {pid}', [...THREADS, 'after-exec'], ALL],
  ['-p {pid} --follow', EVERYBODY, ALL],
  ['-t {tid}', ['early'], ALL],
  ['-t {tid} --follow', ['early', 'early-thread'], ALL],
  ['-p {pid} --follow -u nobody', ['nobody'], ALL],
  ['-p {pid} -n arly', ['early', 'early-thread'], ALL],
  ['-p {pid} -x', [...THREADS, 'after-exec'], [FAILS]],
  ['-p {pid} --opensnoop-flags O_WRONLY', [...THREADS, 'after-exec'], [MAKES]],
  ['-p {pid} --opensnoop-flags O_RDONLY', [...THREADS, 'after-exec'], [READS]],
  ['-p {pid} --opensnoop-flags O_CREAT,O_RDWR', [...THREADS, 'after-exec'], [MAKES, FAILS]],
];

describeLive('filters', () => {
  const folder = publicFolder();
  const capture = (words: string) =>
    join(folder.path, `${FILTERS.findIndex(([w]) => w === words)}`);
  const recordings: Running[] = [];
  let ended: Ended[] = [];
  let pid = '';

  beforeAll(async () => {
    const program = buildWorkload('family', folder.path);
    const family = new Running(program, [folder.path]);
    const stranger = new Running(program, [folder.path]);
    try {
      const [, process = '', tid = ''] = await family.says(/ready (\d+) (\d+)/);
      pid = process;
      const started = FILTERS.map(([words]) => {
        const filter = words.replace('{pid}', pid).replace('{tid}', tid).split(' ');
        const options = ['-o', capture(words), '--buffer-size', '256KiB', ...filter];
        return startedRecording(options);
      });
      recordings.push(...(await Promise.all(started)));
      family.go();
      expect((await family.ended).status).toBe(0);
      // The target has ended: whoever comes now is no target, whatever their number is.
      stranger.go();
      expect((await stranger.ended).status).toBe(0);
      for (const recording of recordings) recording.kill('SIGINT');
      ended = await Promise.all(recordings.map((recording) => recording.ended));
    } finally {
      for (const running of [family, stranger, ...recordings]) running.stop();
    }
  }, 60_000);
  afterAll(folder.remove);

  test('many recorders at once all end well', () => {
    expect(ended.map(({ status }) => status)).toEqual(FILTERS.map(() => 0));
  });

  test.each(FILTERS)('%s', async (words, who, which) => {
    const rows = await query(capture(words), 'select pid, raw_path, path, comm from opensnoop');
    const own = rows.filter(({ path }) => String(path).startsWith(`${folder.path}/`));
    const names = own.map(({ path }) => String(path).slice(folder.path.length + 1));
    const wanted = who.flatMap((name) => which.map((open) => [name, name, `no-${name}`][open]));
    expect(names.sort()).toEqual(wanted.sort());
    if (!words.includes('--follow')) {
      expect([...new Set(rows.map((row) => row.pid))]).toEqual([Number(pid)]);
    }
  });

  test('what a target starts and how it ends is attributed to it, and nothing of a stranger', async () => {
    const pids = async (words: string, table: string) =>
      (await query(capture(words), `select pid from ${table} order by ts`)).map((row) => row.pid);
    // It executes itself once, and is the same process then.
    for (const words of ['-p {pid}', '-p {pid} --follow']) {
      expect(await pids(words, 'execsnoop')).toEqual([Number(pid)]);
    }
    expect(await pids('-p {pid}', 'exitsnoop')).toEqual([Number(pid)]);
    const family = await pids('-p {pid} --follow', 'exitsnoop');
    expect(family.length).toBe(1 + RELATIVES.length);
    expect(new Set(family).size).toBe(family.length);
    expect(family).toContain(Number(pid));
    expect(await pids('-p {pid} -x', 'exitsnoop')).toEqual([]);
  });
});
