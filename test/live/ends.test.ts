/** How recordings end, and how they refuse to begin. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLive, TRACECAP } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { type Ended, info, query, Running, record, startedRecording } from './recorder.js';

describeLive('the end of a recording', () => {
  const folder = publicFolder();
  const file = (name: string) => join(folder.path, name);
  let target: Running;
  let pid = '';

  beforeAll(async () => {
    target = new Running(buildWorkload('storm', folder.path), ['1', '1', '0', '/tracecap-none']);
    pid = (await target.says(/ready (\d+)/))[1] ?? '';
  });
  afterAll(() => {
    target.stop();
    folder.remove();
  });

  test.concurrent.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', async (signal) => {
    const recording = await startedRecording(['-o', file(signal), '-p', pid]);
    recording.kill(signal);
    expect(await recording.ended).toMatchObject({ status: 0, signal: null });
    expect(info(file(signal))).toMatchObject({
      manifest: { end_reason: 'signal', end_detail: signal },
      completeness: { finished: true },
    });
  });

  test.concurrent('SIGINT, though a script started it with &, where shells ignore that', async () => {
    const script = 'trap "" INT; exec "$@"';
    const words = [TRACECAP, 'record', '-d', '60s', '-o', file('background'), '-p', pid];
    const recording = new Running('sh', ['-c', script, 'sh', ...words]);
    await recording.says(/tracecap: recording .* into/);
    recording.kill('SIGINT');
    expect(await recording.ended).toMatchObject({ status: 0, signal: null });
    expect(info(file('background')).manifest.end_detail).toBe('SIGINT');
  });

  test.concurrent('--duration, and --force in place of what was there', async () => {
    writeFileSync(file('old'), 'something else');
    const words = ['-d', '100ms', '-o', file('old'), '-p', pid];
    const refused = await record(words);
    expect(refused.status).toBe(6);
    expect(refused.stderr).toContain('old exists; choose another --output, or add --force');
    expect(readFileSync(file('old'), 'utf8')).toBe('something else');
    expect((await record([...words, '--force'])).status).toBe(0);
    expect(info(file('old'))).toMatchObject({
      manifest: { end_reason: 'duration' },
      completeness: { finished: true },
    });
  });

  test.concurrent('a full disk: what was written reads, and stderr says why', async () => {
    // A segment of few rows is written after a second; what comes then has no room.
    const work = `begun=$(stat -c %s "$2")
      "$1" 1 100 0 /tracecap-a </dev/null
      until [ $(stat -c %s "$2") -gt $begun ]; do sleep 0.1; done
      "$1" 2 40000 0 /tracecap-b </dev/null`;
    const script = `mount -t tmpfs -o size=64k none "$1" || exit 99
      "$2" record -o "$1/x" -- sh -c "$3" sh "$4" "$1/x"
      status=$?
      cp "$1/x" "$1.copy"
      exit $status`;
    const words = [folderIn('full'), TRACECAP, work, file('storm')];
    const { status, stderr } = await inMountNamespace(script, ...words);
    expect(stderr).toMatch(
      /tracecap: the recording ended early: (ENOSPC|the disk has only its reserve)/,
    );
    expect(status).toBe(6);
    const sql = "select count(*) as rows from opensnoop where path like '/tracecap-a/%'";
    expect(await query(file('full.copy'), sql)).toEqual([{ rows: 100 }]);
  }, 30_000);

  test.concurrent('a disk that the very last rows fill is no success', async () => {
    const script = `mount -t tmpfs -o size=12k none "$1" || exit 99
      exec "$2" record -s opensnoop -o "$1/x" -- "$3" 1 20000 0 /tracecap-none </dev/null`;
    const words = [folderIn('last'), TRACECAP, file('storm')];
    const { status, stderr } = await inMountNamespace(script, ...words);
    expect(stderr).toContain('tracecap: the recording ended early: ENOSPC');
    expect(status).toBe(6);
  });

  test.concurrent('no tracefs to be seen: one is mounted nowhere', async () => {
    const script = `for at in /sys/kernel/tracing /sys/kernel/debug; do
        mount -t tmpfs none $at || exit 99
      done
      exec "$1" record -o "$2" -- cat /dev/null`;
    const { status } = await inMountNamespace(script, TRACECAP, file('no-tracefs'));
    expect(status).toBe(0);
    const sql = "select comm, ret >= 0 as opened from opensnoop where path = '/dev/null'";
    expect(await query(file('no-tracefs'), sql)).toEqual([{ comm: 'cat', opened: 1 }]);
  });

  test.concurrent.each([
    ['no command, or $CMD is empty', ['--'], 'no command after --'],
    ['words before the dashes', ['echo', '--', 'hi'], 'put -- before the command'],
    ['a command without dashes', ['ls'], 'put -- before the command: tracecap record -- ls'],
  ])('refused: %s', async (name, words, message) => {
    expectRefusal(await record(['-o', file(name), ...words]), 2, message);
    expect(existsSync(file(name))).toBe(false);
  });

  test.concurrent.each([
    ['an unknown user', ['-u', 'no-such-user'], 2, "no user 'no-such-user' on this host"],
    ['an unknown user to be', ['--run-as', 'no-such-user'], 2, "no user 'no-such-user'"],
    ['a bad duration', ['-d', 'soon'], 2, "'soon' is no duration"],
    ['a duration of ages', ['-d', '99999h'], 2, "'99999h' is longer than ten years"],
    ['a duration of nothing', ['-d', '0'], 2, "'0' is no duration"],
    ['an odd buffer size', ['--buffer-size', '5000'], 2, 'must be a power of two'],
    ['a tiny buffer size', ['--buffer-size', '2KiB'], 2, 'must be a power of two'],
    ['an unknown source', ['-s', 'nothing'], 2, "no source 'nothing'; there is opensnoop"],
    ['an unknown option', ['--nothing'], 2, "unknown option '--nothing'"],
    ['an unknown flag', ['--opensnoop-flags', 'O_NO'], 2, "'O_NO' is no flag of open(2)"],
    ['a long comm', ['-n', 'sixteen-bytes-01'], 2, 'must have 1 to 15 bytes'],
    ['a dead pid', ['-p', '4194999'], 2, 'no process 4194999 is running'],
    ['a dead tid', ['-t', '4194999'], 2, 'no thread 4194999 is running'],
  ])('refused: %s', async (name, words, status, message) => {
    expectRefusal(await record(['-o', file(name), ...words, '--', 'true']), status, message);
    expect(existsSync(file(name))).toBe(false);
  });

  test.concurrent('refused: a folder that is not there', async () => {
    const ended = await record(['-o', file('none/x'), '--', 'true']);
    expectRefusal(ended, 6, `the folder ${file('none')} does not exist`);
  });

  test.concurrent('refused: a read-only file system', async () => {
    const script = 'mount -t tmpfs -o ro none "$1" && exec "$2" record -o "$1/x" -- true';
    const ended = await inMountNamespace(script, folderIn('read-only'), TRACECAP);
    expectRefusal(ended, 6, `${file('read-only')} is on a read-only file system`);
  });

  test.concurrent('refused: anybody but root', async () => {
    const words = ['--reuid', '65534', '--regid', '65534', '--clear-groups', TRACECAP, 'record'];
    const ended = await new Running('setpriv', [...words, '-o', file('x'), '--', 'true']).ended;
    expectRefusal(ended, 5, 'recording needs root (missing CAP_BPF and CAP_PERFMON); run: sudo');
  });

  test.concurrent('refused: root without the capabilities', async () => {
    // CAP_SYS_ADMIN, CAP_PERFMON and CAP_BPF, by number: setpriv may be older than the names.
    const words = ['--bounding-set', '-cap_21,-cap_38,-cap_39', TRACECAP, 'record'];
    const ended = await new Running('setpriv', [...words, '-o', file('x'), '--', 'true']).ended;
    expectRefusal(ended, 5, 'missing CAP_BPF and CAP_PERFMON');
  });

  /** A new folder for a mount. */
  function folderIn(name: string): string {
    mkdirSync(file(name));
    return file(name);
  }
});

/** Runs a line of sh, with "$1" and so on, among mounts of its own, as root. */
function inMountNamespace(script: string, ...words: string[]): Promise<Ended> {
  return new Running('unshare', ['-m', 'sh', '-c', script, 'sh', ...words]).ended;
}

function expectRefusal({ status, stdout, stderr }: Ended, wanted: number, message: string): void {
  expect(stderr).toContain(message);
  expect(stderr).toMatch(/^tracecap: [^\n]+\n$/);
  expect({ status, stdout }).toEqual({ status: wanted, stdout: '' });
}
