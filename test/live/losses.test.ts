/** What does not fit into the ring is counted, every single one, by the kernel itself. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { SOURCES } from '../../src/sources/index.js';
import { tracecap } from '../helpers/build.js';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { info, query, Running, startedRecording } from './recorder.js';

const THREADS = 2;
const OPENS_EACH = 100_000;

describeLive('a ring that is far too small', () => {
  const folder = publicFolder();
  afterAll(folder.remove);

  test('rows and counted losses are together what the program did', async () => {
    const capture = join(folder.path, 'x.tcap');
    const storm = new Running(buildWorkload('storm', folder.path), [
      `${THREADS}`,
      `${OPENS_EACH}`,
      '0',
      '/tracecap-none',
    ]);
    try {
      const [, pid = ''] = await storm.says(/ready (\d+)/);
      const recording = await startedRecording([
        ...['-o', capture, '--buffer-size', '4KiB', '-p', pid],
      ]);
      storm.go();
      expect((await storm.ended).status).toBe(0);
      recording.kill('SIGINT');
      const { status, stderr } = await recording.ended;
      expect(status).toBe(0);
      expect(stderr).toMatch(/[\d,]+ LOST/);
    } finally {
      storm.stop();
    }

    const [counted] = await query(
      capture,
      `select (select count(*) from opensnoop) as rows, sum(count) as lost,
         count(*) as spans,
         sum(ts_from >= ts_to) as backwards,
         group_concat(distinct source || ' ' || reason) as whose,
         cast(min(ts_from) as text) as first, cast(max(ts_from) as text) as last from losses`,
    );
    const rows = Number(counted?.rows);
    const lost = BigInt(counted?.lost ?? 0);
    expect(rows).toBeGreaterThan(0);
    expect(lost).toBeGreaterThan(0n);
    expect(rows + Number(lost)).toBe(THREADS * OPENS_EACH);
    expect(counted).toMatchObject({ backwards: 0, whose: 'opensnoop ring_full' });

    const { manifest, sources, completeness } = info(capture);
    const others = SOURCES.map(({ name }) => name).filter((name) => name !== 'opensnoop');
    const none = Object.fromEntries(others.map((name) => [name, 0n]));
    expect(sources.find(({ name }) => name === 'opensnoop')).toMatchObject({ rows, lost });
    expect(completeness).toMatchObject({ lost, lost_by_source: { opensnoop: lost, ...none } });
    const told = tracecap(['info', '--json', capture]);
    expect(told.stderr).toContain(`${lost.toLocaleString('en')} events lost`);
    expect(told.stdout).toContain(`"lost":${lost},"lost_by_source":{"opensnoop":${lost},`);
    // Where a clock was set meanwhile, boot time still tells how long it took.
    const { clock, end_clock } = manifest;
    const took = (end_clock?.boot_ns ?? 0n) - clock.boot_ns;
    expect(BigInt(counted?.first ?? 0)).toBeGreaterThanOrEqual(clock.wall_ns);
    expect(BigInt(counted?.last ?? 0)).toBeLessThanOrEqual(clock.wall_ns + took);
  });
});
