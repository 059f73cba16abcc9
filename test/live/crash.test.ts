/** A recorder that is killed leaves a capture that reads, and a recorded program that lives. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openCapture } from '../../src/capture/open.js';
import { tracecap } from '../helpers/build.js';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { info, isRunning, query, startRecording } from './recorder.js';

const THREADS = 2;
const PREFIX = '/tracecap-none';

describeLive('kill -9 of the recorder', () => {
  const folder = publicFolder();
  afterAll(folder.remove);

  test('what was written is a gapless beginning, and the command runs on', async () => {
    const capture = join(folder.path, 'x.tcap');
    const program = buildWorkload('storm', folder.path);
    const recording = startRecording([
      ...['-o', capture, '--', program, `${THREADS}`, '0', '100', PREFIX],
    ]);
    let storm = 0;
    try {
      storm = Number((await recording.says(/ready (\d+)/))[1]);
      recording.go();
      await segments(capture, 2);
      recording.kill('SIGKILL');
      await recording.exited;
      expect(isRunning(storm)).toBe(true);
    } finally {
      recording.stop();
      if (storm > 0) process.kill(storm, 'SIGKILL');
    }

    const { status, stderr } = tracecap(['info', capture]);
    expect(status).toBe(0);
    expect(stderr).toContain('not cleanly finished');
    expect(info(capture)).toMatchObject({
      manifest: { end_reason: null },
      completeness: { finished: false, lost: 0n },
    });
    const threads = await query(
      capture,
      `select count(*) as rows, min(number) as first, max(number) as last, sum(number <> place) as misplaced
         from (select tid, cast(substr(path, ${PREFIX.length + 4}) as integer) as number,
             row_number() over (partition by tid) - 1 as place
           from opensnoop where path like '${PREFIX}/%')
         group by tid`,
    );
    expect(threads.length).toBe(THREADS);
    for (const { rows, first, last, misplaced } of threads) {
      expect({ first, last, misplaced }).toEqual({
        first: 0,
        last: Number(rows) - 1,
        misplaced: 0,
      });
    }
  });
});

/** Resolves when the growing capture holds so many segments of opens. */
async function segments(capture: string, count: number): Promise<void> {
  for (;;) {
    const growing = openCapture(capture);
    const found = growing.segments('opensnoop').length;
    growing.close();
    if (found >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
