import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { LOSSES } from '../../src/capture/losses.js';
import { build, tracecap } from '../helpers/build.js';
import { EXECS, loss, OPENS, open, sampleCapture } from '../helpers/sample-capture.js';

beforeAll(build);

const HOSTILE = 'a\nb\u001b[31m\u202e,"x"';
const UNFINISHED =
  'tracecap: not cleanly finished: the recording is still running or was cut off; what follows is all up to its last whole segment\n';
const LOST = 'tracecap: 12 events lost (opensnoop 12), so the true numbers are larger\n';
const CUT = { finished: false, losses: [loss('opensnoop', 12)] };

describe('analyze --top-files', () => {
  test('shows how far it can be trusted, then the files', () => {
    const { status, stdout, stderr } = tracecap(['analyze', '--top-files', sampleCapture()]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      [
        '6 opens (4 failed) of 3 paths by 2 processes in 2.00 s · nothing lost · finished (command ended)',
        '',
        'opens  failed  processes  path',
        '    3       3          1  /nowhere',
        '    2       0          2  /etc/hosts',
        '    1       1          1  /etc/shadow',
        '',
      ].join('\n'),
    );
  });

  test('JSON has the shape that scripts rely on, every digit and no control character', () => {
    const path = sampleCapture({ segments: [[open(0, HOSTILE, { ret: -2 }), open(1, null)]] });
    const { stdout, stderr } = tracecap(['analyze', path, '--top-files', '--json']);
    expect(stderr).toBe('');
    expect(stdout).toContain('"start_ns":1763683200123456789,"duration_ns":2000000000}');
    expect(stdout).toContain('"path":"a\\u000ab\\u001b[31m\\u202e,\\"x\\""');
    expect(JSON.parse(stdout)).toEqual({
      schema_version: 1,
      analysis: 'top-files',
      capture: {
        path,
        format_version: 1,
        recorder: '0.1.0',
        host: 'demo',
        kernel: '6.1.0',
        start_ns: expect.any(Number),
        duration_ns: 2_000_000_000,
      },
      completeness: {
        finished: true,
        end_reason: 'command ended',
        lost: 0,
        lost_by_source: { opensnoop: 0 },
        not_recorded: [],
      },
      findings: [],
      rows: [
        { path: HOSTILE, opens: 1, failed: 1, processes: 1 },
        { path: null, opens: 1, failed: 0, processes: 1 },
      ],
    });
    expect(stdout).toMatch(/^[^\n]*\n$/);
  });

  test('CSV', () => {
    const path = sampleCapture({ segments: [[open(0, HOSTILE), open(1, null)]] });
    expect(tracecap(['analyze', path, '--top-files', '--format', 'csv']).stdout).toBe(
      'path,opens,failed,processes\n"a\\x0Ab\\x1B[31m\\u{202E},""x""",1,0,1\n,1,0,1\n',
    );
  });

  test('keeps to the width of the terminal', () => {
    const path = sampleCapture({ segments: [[open(0, `/very${'/long'.repeat(100)}/path.so`)]] });
    const words = ['analyze', path, '--top-files'];
    const [, , , line] = tracecap(words, { env: { COLUMNS: '60' } }).stdout.split('\n');
    expect(line).toMatch(/^ {4}1 {7}0 {10}1 {2}\/very\/.*….*\/path\.so$/);
    expect(line).toHaveLength(60);
    expect(tracecap([...words, '--format', 'csv']).stdout).not.toContain('…');
  });

  test('--limit and --sort', () => {
    const words = ['analyze', '--top-files', sampleCapture(), '--format', 'csv'];
    const { stdout } = tracecap([...words, '--sort', 'processes', '--limit', '1']);
    expect(stdout).toBe('path,opens,failed,processes\n/etc/hosts,2,0,2\n');
    expect(tracecap([...words, '--sort', 'size'])).toMatchObject({
      status: 2,
      stderr: 'tracecap: top-files cannot sort by size; it can by opens, failed, processes\n',
    });
    const opens = Array.from({ length: 30 }, (_, i) => open(i, `/${i}`));
    const many = [
      'analyze',
      '--top-files',
      sampleCapture({ segments: [opens] }),
      '--format',
      'csv',
    ];
    expect(tracecap(many).stdout.split('\n')).toHaveLength(1 + 20 + 1);
    expect(tracecap([...many, '--limit', '0']).stdout.split('\n')).toHaveLength(1 + 30 + 1);
  });

  test('losses and a missing end are told in every format', () => {
    for (const format of ['table', 'json', 'csv']) {
      const words = ['analyze', sampleCapture(CUT), '--top-files', '--format', format];
      expect(tracecap(words)).toMatchObject({ status: 0, stderr: UNFINISHED + LOST });
    }
    const { stdout } = tracecap(['analyze', sampleCapture(CUT), '--top-files']);
    expect(stdout.split('\n')[0]).toBe(
      '6 opens (4 failed) of 3 paths by 2 processes in 50.0 ms · 12 events lost (opensnoop 12) · not cleanly finished',
    );
  });

  test('--require-complete is exit 4 and no answer', () => {
    const words = ['analyze', '--top-files', '--require-complete'];
    expect(tracecap([...words, sampleCapture()])).toMatchObject({ status: 0, stderr: '' });
    const path = sampleCapture(CUT);
    expect(tracecap([...words, path])).toEqual({
      status: 4,
      stdout: '',
      stderr: `tracecap: ${path} is not complete: not cleanly finished, 12 events lost (opensnoop 12)\n`,
    });
  });

  test('what was not recorded is not shown as 0', () => {
    const path = sampleCapture({ segments: [], start: { sources: [], tables: [OPENS, LOSSES] } });
    expect(tracecap(['analyze', path, '--top-files'])).toEqual({
      status: 0,
      stdout: 'top-files: not known, opensnoop was not recorded in this capture\n',
      stderr: 'tracecap: opensnoop was not recorded in this capture: no rows of it say nothing\n',
    });
    const { stdout } = tracecap(['analyze', path, '--top-files', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      completeness: { not_recorded: ['opensnoop'] },
      rows: [],
    });
    const required = tracecap(['analyze', path, '--top-files', '--require-complete']);
    expect(required.status).toBe(4);
  });

  test('--demo reads the capture that ships, and says how much it does not show', () => {
    const { status, stdout, stderr } = tracecap([
      'analyze',
      '--top-files',
      '--demo',
      '--limit',
      '6',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // README.md shows this very answer.
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(stdout.trimEnd());
    expect(stdout.split('\n').at(-2)).toBe('320 more; --limit 0 shows all');
  });
});

describe('query', () => {
  test('JSON has every digit of every integer, without quotes', () => {
    const sql = 'select ts, cgroup, duration_ns, path from opensnoop limit 1';
    expect(tracecap(['query', sampleCapture(), sql, '--json'])).toEqual({
      status: 0,
      stdout:
        '[{"ts":1763683200123456789,"cgroup":-1,"duration_ns":9007199254740993,"path":"/etc/hosts"}]\n',
      stderr: '',
    });
  });

  test('CSV and table', () => {
    const path = sampleCapture({ segments: [[open(0, HOSTILE, { ret: -13 })]] });
    const sql = 'select ret, error, path, null as missing from opensnoop';
    expect(tracecap(['query', path, sql, '--format', 'csv']).stdout).toBe(
      'ret,error,path,missing\n-13,EACCES,"a\\x0Ab\\x1B[31m\\u{202E},""x""",\n',
    );
    expect(tracecap(['query', path, sql]).stdout).toBe(
      'ret  error   path                        missing\n-13  EACCES  a\\x0Ab\\x1B[31m\\u{202E},"x"     null\n',
    );
  });

  test('no rows are an empty array, a header alone', () => {
    const words = ['query', sampleCapture(), 'select pid from opensnoop where 0', '--format'];
    expect(tracecap([...words, 'json']).stdout).toBe('[]\n');
    expect(tracecap([...words, 'csv']).stdout).toBe('pid\n');
    expect(tracecap([...words, 'table']).stdout).toBe('pid\n');
  });

  test('what is wrong with the SQL is exit 2, in SQLite’s words', () => {
    expect(tracecap(['query', sampleCapture(), 'select nope from opensnoop'])).toEqual({
      status: 2,
      stdout: '',
      stderr: 'tracecap: SQL: no such column: nope\n',
    });
    expect(tracecap(['query', sampleCapture(), 'select * from "\u001b[31m"']).stderr).toBe(
      'tracecap: SQL: no such table: \\x1B[31m; the tables are opensnoop, losses\n',
    );
  });

  test('losses are told when a table that has them is read, and not for others', () => {
    const path = sampleCapture({ losses: [loss('opensnoop', 12)] });
    expect(tracecap(['query', path, 'select count(*) from opensnoop']).stderr).toBe(LOST);
    expect(tracecap(['query', path, 'select count from losses', '--json'])).toMatchObject({
      stdout: '[{"count":12}]\n',
      stderr: '',
    });
  });

  test('a table that was not recorded is empty and said to be', () => {
    const path = sampleCapture({ start: { tables: [OPENS, LOSSES, EXECS] } });
    expect(tracecap(['query', path, 'select * from execsnoop', '--json'])).toEqual({
      status: 0,
      stdout: '[]\n',
      stderr: 'tracecap: execsnoop was not recorded in this capture: no rows of it say nothing\n',
    });
  });
});

describe('info', () => {
  test('is one screen', () => {
    const path = sampleCapture();
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
      'ended     command ended (exit status 0), 2025-11-21T00:00:02.123456789Z',
      'cost      recorder 30.0 ms of CPU, 64 MiB of memory at most',
      'complete  yes: finished (command ended), nothing lost',
      'private   opensnoop.comm, opensnoop.path, user ids, user names, host name, ids of host and boot, command line',
    ]) {
      expect(lines).toContain(line);
    }
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
    expect(stdout).toContain('command   x a\\x0Ab\\x1B[31m\\u{202E},"x"\n');
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
      programs: [],
    });
    expect(info.completeness).toMatchObject({ finished: true, lost: 0 });
  });

  test('--json of an unfinished capture has null for what is not known', () => {
    const info = JSON.parse(tracecap(['info', sampleCapture(CUT), '--json']).stdout);
    expect(info).toMatchObject({
      manifest: { end_clock: null, end_reason: null, users: null },
      sources: [{ name: 'opensnoop', rows: 6, bytes: null, lost: 12 }],
      cost: { recorder_cpu_ns: null, recorder_peak_rss_bytes: null, programs: [] },
    });
  });

  test('--schema tells every column, derived ones too', () => {
    const { stdout } = tracecap(['info', '--schema', sampleCapture()]);
    for (const column of [...OPENS.columns, ...LOSSES.columns]) {
      expect(stdout).toMatch(new RegExp(`^${column.name} .*${column.doc.slice(0, 20)}`, 'm'));
    }
    expect(stdout).toMatch(/^error +derived +name of the error in ret; null on success$/m);
    const { tables } = JSON.parse(tracecap(['info', '--schema', '--json', sampleCapture()]).stdout);
    expect(tables.map(({ name }: { name: string }) => name)).toEqual(['opensnoop', 'losses']);
  });
});
