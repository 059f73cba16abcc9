/** Thousands of processes that end at once: every end has one row, or is counted as lost. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { info, query, type Row, record } from './recorder.js';

describeLive('a swarm of processes', () => {
  const folder = publicFolder();
  const file = (name: string) => join(folder.path, name);
  let swarm = '';
  let storm = '';
  beforeAll(() => {
    swarm = buildWorkload('swarm', folder.path);
    storm = buildWorkload('storm', folder.path);
  });
  afterAll(folder.remove);

  test('1,000 short processes during a storm of opens: no start and no end is lost', async () => {
    // The storm fills its ring again and again.
    const { status, stdout } = await record([
      ...[
        '-s',
        'opensnoop,execsnoop,exitsnoop',
        '--buffer-size',
        '256KiB',
        '-o',
        file('storm.tcap'),
        '--',
      ],
      ...['sh', '-c', STORM, 'sh', storm, swarm],
    ]);
    expect(status).toBe(0);
    const done = swarmed(stdout);
    expect(done.length).toBe(1000);
    expect(await endsOf(file('storm.tcap'))).toEqual(done);
    const starts = await query(
      file('storm.tcap'),
      `select pid, cast(argv ->> 1 as integer) as exit_code from execsnoop
       where filename = '${swarm}' and json_array_length(argv) = 2 and ret = 0 order by pid`,
    );
    expect(starts).toEqual(done.map(({ pid, exit_code }) => ({ pid, exit_code })));
    const { lost_by_source } = info(file('storm.tcap')).completeness;
    const { execsnoop, exitsnoop } = lost_by_source;
    expect([execsnoop ?? 0n, exitsnoop ?? 0n]).toEqual([0n, 0n]);
    const [opens] = await query(
      file('storm.tcap'),
      `select (select count(*) from opensnoop where path like '/tracecap-none/%') as rows,
         (select coalesce(sum(count), 0) from losses where source = 'opensnoop') as lost`,
    );
    expect(Number(opens?.rows) + Number(opens?.lost)).toBeGreaterThan(1000);
  }, 60_000);

  test('20,000 short processes and a ring for fewer: what is lost is counted, every one', async () => {
    const { status, stdout } = await record([
      ...['-s', 'exitsnoop', '--buffer-size', '4KiB', '-o', file('swarm.tcap'), '--'],
      ...[swarm, '20000', '50', '1'],
    ]);
    expect(status).toBe(0);
    expect(swarmed(stdout).length).toBe(20_000);
    const [counted] = await query(
      file('swarm.tcap'),
      `select (select count(*) from exitsnoop) as rows,
         (select coalesce(sum(count), 0) from losses) as lost`,
    );
    // They, and their parent.
    expect(Number(counted?.rows) + Number(counted?.lost)).toBe(20_001);
  }, 60_000);

  test('8 threads that leave together end one process (two rows, each sure to be the last)', async () => {
    const { status, stdout } = await record([
      ...['-s', 'exitsnoop', '-o', file('threads.tcap'), '--', swarm, '300', '3', '8'],
    ]);
    expect(status).toBe(0);
    const done = swarmed(stdout);
    expect(done.length).toBe(300);
    expect(await endsOf(file('threads.tcap'))).toEqual(done);
  }, 60_000);

  /** How each process of a swarm ended, in the order of its number; the last one was their parent. */
  async function endsOf(capture: string): Promise<Row[]> {
    const rows = await query(
      capture,
      "select pid, exit_code, max_rss_bytes from exitsnoop where comm = 'swarm' order by ts",
    );
    return rows.slice(0, -1).sort(byNumber);
  }
});

/** $1 storm, $2 swarm. */
const STORM = `
  "$1" 2 0 0 /tracecap-none </dev/null >/dev/null & storm=$!
  "$2" 1000 20 0; status=$?
  kill -9 $storm; wait $storm
  exit $status`;

/** The lines of workloads/swarm.c. */
function swarmed(stdout: string): Row[] {
  const lines = [...stdout.matchAll(/^(\d+) (\d+) (\d+)$/gm)];
  return lines
    .map(([, pid, exit_code, max_rss_bytes]) => ({
      ...{ pid: Number(pid), exit_code: Number(exit_code), max_rss_bytes: Number(max_rss_bytes) },
    }))
    .sort(byNumber);
}

function byNumber(a: Row, b: Row): number {
  return Number(a.pid) - Number(b.pid);
}
