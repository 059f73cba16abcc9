/** `tracecap info`: one screen, JSON, schema, costs. */
import { beforeAll, describe, expect, test } from 'vitest';
import { LOSSES } from '../../src/capture/losses.js';
import { OWN_TABLES } from '../../src/capture/own-tables.js';
import { build, tracecap } from '../helpers/build.js';
import { CUT, HOSTILE, LOST, QUERYABLE, UNFINISHED } from '../helpers/conditions.js';
import { EXECS, OPENS, sampleCapture, T0 } from '../helpers/sample-capture.js';

beforeAll(build);

/** What a recording tells of itself since it has note, labels, costs and tables of its own. */
const TOLD = {
  start: {
    note: 'slow since Monday',
    labels: { ticket: 'A=7', empty: '' },
    tables: [OPENS, ...OWN_TABLES],
  },
  more: { processes: [{ at: 'start', pid: 1, ppid: 0, uid: 0, start_ts: T0, comm: 'init' }] },
  manifest: {
    clock_steps: [
      { boot_ns: '7000000000', by_ns: '3600000000000' },
      { boot_ns: '7500000000', by_ns: '-5000000' },
    ],
    cost: {
      recorder_cpu_ns: 30_000_000,
      recorder_peak_rss_bytes: 64 * 2 ** 20,
      programs: [
        { source: 'follow', program: 'tasks_fork', runs: 1, time_ns: 500_000 },
        { source: 'opensnoop', program: 'exit', runs: 5000, time_ns: 2_000_000 },
      ],
    },
  },
};

describe('info', () => {
  test('is one screen', () => {
    const path = sampleCapture(TOLD);
    const { status, stdout, stderr } = tracecap(['info', path]);
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThan(24);
    for (const line of [
      'host      demo, Linux 6.1.0 x86_64, Debian GNU/Linux 12 (bookworm), 4 CPUs, 8192 MiB, kvm',
      "started   2025-11-21T00:00:00.123456789Z (host's zone Europe/Berlin)",
      'duration  2.00 s',
      'by        uid 0 (root), by sudo of demo (uid 1000)',
      'command   tracecap record -- make',
      'filters   none: the whole machine',
      'source    opensnoop: 6 rows, 4.1 kB, nothing lost, 1 hook',
      'note      slow since Monday',
      'labels    ticket=A=7, empty=',
      'also      processes: 1 row, cgroups: 0 rows',
      'ended     command ended (exit status 0), 2025-11-21T00:00:02.123456789Z',
      'clock     set forward by 1h 00m, 1.00 s after the start',
      'clock     set back by 5.00 ms, 1.50 s after the start',
      'cost      recorder 30.0 ms of CPU, 64 MiB of memory at most; programs in the kernel 2.50 ms of CPU in 5,001 runs (--programs)',
      'complete  yes: finished (command ended), nothing lost',
      'private   opensnoop (comm, path), processes (comm, exe, argv, cwd), user ids, user names, host name, ids of host and boot, command line',
      'never     environments, contents of files and of connections',
    ]) {
      expect(lines).toContain(line);
    }
  });

  test('says what was done to arguments: not recorded, or with the secrets in them', () => {
    const privateLine = (told: 'masked' | 'whole' | 'none') => {
      const start = { ...TOLD.start, arguments: told };
      return /^private .*$/m.exec(
        tracecap(['info', sampleCapture({ ...TOLD, start })]).stdout,
      )?.[0];
    };
    expect(privateLine('masked')).toContain(
      'private   opensnoop (comm, path), processes (comm, exe, argv,',
    );
    expect(privateLine('none')).toContain('processes (comm, exe, cwd),');
    expect(privateLine('whole')).toContain(
      'private   secrets in arguments: --no-mask was given, opens',
    );
  });

  test('a command line can be typed again as it stands', () => {
    const start = { command_line: ['tracecap', 'record', '--note', "it's slow", ''] };
    const { stdout } = tracecap(['info', sampleCapture({ start })]);
    expect(stdout).toContain("command   tracecap record --note 'it'\\''s slow' ''\n");
  });

  test('of an early capture says nothing of what it could not know', () => {
    const { stdout } = tracecap(['info', sampleCapture()]);
    expect(stdout).not.toMatch(/^(note|labels|also|clock) /m);
    expect(stdout).toContain('; programs in the kernel: not counted\n');
    expect(stdout).toContain('private   opensnoop (comm, path), user ids,');
    const { manifest } = JSON.parse(tracecap(['info', sampleCapture(), '--json']).stdout);
    expect(manifest).toMatchObject({ clock_steps: [] });
  });

  test('without note, labels and steps of the clock has no lines for them', () => {
    const start = { ...TOLD.start, note: null, labels: {} };
    const { stdout } = tracecap(['info', sampleCapture({ ...TOLD, start, manifest: {} })]);
    expect(stdout).not.toMatch(/^(note|labels|clock) /m);
  });

  test('--programs tells what each cost, the dearest first', () => {
    const path = sampleCapture(TOLD);
    expect(tracecap(['info', '--programs', path])).toEqual({
      status: 0,
      stderr: '',
      stdout: [
        'source     program     runs  time     a run',
        'opensnoop  exit        5000  2.00 ms  400 ns',
        'follow     tasks_fork     1  500 µs   500 µs',
        '',
      ].join('\n'),
    });
    const { stdout } = tracecap(['info', '--programs', '--json', path]);
    expect(JSON.parse(stdout)).toEqual({ programs: TOLD.manifest.cost.programs });
  });

  test('--programs where nobody counted says so, and is not empty', () => {
    const cost = { recorder_cpu_ns: 1, recorder_peak_rss_bytes: 1, programs: null };
    for (const sample of [{}, { manifest: { cost } }, { finished: false }]) {
      const { status, stdout } = tracecap(['info', '--programs', sampleCapture(sample)]);
      expect([status, stdout]).toEqual([
        0,
        'not counted: it needs CAP_SYS_ADMIN, a finished recording, and a recorder that does it\n',
      ]);
    }
    const { stdout } = tracecap(['info', '--programs', '--json', sampleCapture()]);
    expect(JSON.parse(stdout)).toEqual({ programs: null });
  });

  test('--schema and --programs at once are refused', () => {
    expect(tracecap(['info', '--schema', '--programs', sampleCapture()])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'tracecap: --schema and --programs cannot be had at once\n',
    });
  });

  test('says whose process numbers they are', () => {
    const start = { pid_namespace: { inode: 4_026_532_999, initial: false } };
    expect(tracecap(['info', sampleCapture({ start })]).stdout).toContain(
      ', pids of namespace 4026532999\n',
    );
  });

  test('of an unfinished capture counts the rows that are there', () => {
    const { status, stdout, stderr } = tracecap(['info', sampleCapture(CUT)]);
    expect([status, stderr]).toEqual([0, UNFINISHED + LOST]);
    expect(stdout).toContain('duration  50.0 ms up to the last row here\n');
    expect(stdout).toContain('source    opensnoop: 6 rows, 12 LOST, 1 hook\n');
    expect(stdout).toContain('ended     not known\ncost      not known\ncomplete  no: ');
  });

  test('of an unfinished capture does not say that nothing was lost', () => {
    const { stdout } = tracecap(['info', sampleCapture({ finished: false })]);
    expect(stdout).toContain('source    opensnoop: 6 rows, nothing known to be lost, 1 hook\n');
    expect(stdout).toContain('complete  no: not cleanly finished, nothing known to be lost\n');
  });

  test('of a capture that lost a segment is exit 3', () => {
    const sources = [{ name: 'opensnoop', rows: 7, bytes: 4096, lost: 0 }];
    const path = sampleCapture({ manifest: { sources } });
    expect(tracecap(['info', path])).toEqual({
      status: 3,
      stdout: '',
      stderr: `tracecap: ${path}: manifest.json: counts 7 rows of opensnoop, but its segments have 6\n`,
    });
  });

  test('is inert, whatever a stranger wrote into the capture', () => {
    const start = { command_line: ['x', HOSTILE], filters: { [HOSTILE]: HOSTILE } };
    const { stdout } = tracecap(['info', sampleCapture({ start })]);
    expect(stdout).toContain(`command   x 'a\\x0Ab\\x1B[31m\\u{202E},"x"'\n`);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
  });

  test('--json has manifest, sources, cost and completeness', () => {
    const { stdout } = tracecap(['info', sampleCapture(), '--json']);
    expect(stdout).toContain('"clock":{"wall_ns":1763683200123456789,');
    const info = JSON.parse(stdout);
    expect(Object.keys(info)).toEqual(['manifest', 'sources', 'cost', 'completeness']);
    expect(info.manifest).toMatchObject({
      format_version: 1,
      host: { name: 'demo' },
      end_reason: 'command ended',
      users: { 1000: 'demo' },
    });
    expect(info.sources).toEqual([
      {
        name: 'opensnoop',
        hooks: ['exit@syscalls/sys_exit_openat'],
        rows: 6,
        bytes: 4096,
        lost: 0,
      },
    ]);
    expect(info.cost).toEqual({
      recorder_cpu_ns: 30_000_000,
      recorder_peak_rss_bytes: 67_108_864,
      programs: null,
    });
    expect(info.completeness).toMatchObject({ finished: true, lost: 0 });
  });

  test('--json of an unfinished capture has null for what is not known', () => {
    const info = JSON.parse(tracecap(['info', sampleCapture(CUT), '--json']).stdout);
    expect(info).toMatchObject({
      manifest: { end_clock: null, end_reason: null, users: null },
      sources: [{ name: 'opensnoop', rows: 6, bytes: null, lost: 12 }],
      cost: { recorder_cpu_ns: null, recorder_peak_rss_bytes: null, programs: null },
    });
  });

  test('--schema tells every column, derived ones too', () => {
    const { stdout } = tracecap(['info', '--schema', sampleCapture()]);
    for (const column of [...OPENS.columns, ...LOSSES.columns]) {
      expect(stdout).toMatch(new RegExp(`^${column.name} .*${column.doc.slice(0, 20)}`, 'm'));
    }
    const lists = sampleCapture({ start: { tables: [OPENS, EXECS] } });
    expect(tracecap(['info', '--schema', lists]).stdout).toMatch(/^argv +list<utf8> +Arguments$/m);
    expect(stdout).toMatch(/^error +derived +name of the error in ret; null on success$/m);
    const { tables } = JSON.parse(tracecap(['info', '--schema', '--json', sampleCapture()]).stdout);
    expect(tables.map(({ name }: { name: string }) => name)).toEqual(QUERYABLE);
  });
});
