/** Options of tcpconnlat, each by a recorder of its own, all at once, of the same seven connects. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { query, Running, startRecording } from './recorder.js';

/** What is recorded of workloads/choices.c, {pid}: by the last digit of each connect's own port. */
const CHOICES: [words: string, ports: readonly number[]][] = [
  ['-p {pid}', [1, 2, 3, 4, 5, 6, 7]],
  ['-p {pid} -x', [6, 7]],
  ['-p {pid} --tcpconnlat-4', [1, 2, 5, 6, 7]],
  ['-p {pid} --tcpconnlat-6', [3, 4]],
  ['-p {pid} --tcpconnlat-4 --tcpconnlat-6', [1, 2, 3, 4, 5, 6, 7]],
  ['-p {pid} --tcpconnlat-dport 1002', [2, 4, 5]],
  ['-p {pid} --tcpconnlat-dport 1004,1001', [1, 3, 6]],
  ['-p {pid} --tcpconnlat-lport 2004,2007', [4, 7]],
  ['-p {pid} --tcpconnlat-daddr ::1,127.0.0.2', [2, 3, 4]],
  ['-p {pid} --tcpconnlat-daddr 127.0.0.1 --tcpconnlat-dport 1002', [5]],
  ['-p {pid} --tcpconnlat-min 1s', [7]],
  ['-p {other}', []],
];

describeLive('options of tcpconnlat', () => {
  const folder = publicFolder();
  const capture = (words: string) =>
    join(folder.path, `${CHOICES.findIndex(([w]) => w === words)}`);

  beforeAll(async () => {
    const program = buildWorkload('choices', folder.path);
    const [choices, other] = [new Running(program, []), new Running(program, [])];
    const recordings: Running[] = [];
    try {
      const [, pid = ''] = await choices.says(/ready (\d+)/);
      const [, otherPid = ''] = await other.says(/ready (\d+)/);
      for (const [words] of CHOICES) {
        const filter = words.replace('{pid}', pid).replace('{other}', otherPid).split(' ');
        const options = ['-o', capture(words), '-d', '60s', '-s', 'tcpconnlat', ...filter];
        recordings.push(startRecording(options));
      }
      await Promise.all(recordings.map((one) => one.says(/recording tcpconnlat into/)));
      choices.go();
      expect((await choices.ended).status).toBe(0);
      for (const recording of recordings) recording.kill('SIGINT');
      const ended = await Promise.all(recordings.map((one) => one.ended));
      expect(ended.map(({ status }) => status)).toEqual(CHOICES.map(() => 0));
    } finally {
      for (const running of [choices, other, ...recordings]) running.stop();
    }
  }, 60_000);
  afterAll(folder.remove);

  test.each(CHOICES)('%s', async (words, ports) => {
    const rows = await query(capture(words), 'select sport from tcpconnlat order by sport');
    expect(rows.map(({ sport }) => Number(sport) - 2000)).toEqual(ports);
  });
});
