import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { LOSSES } from '../../src/capture/losses.js';
import { build, tracecap } from '../helpers/build.js';
import { CUT, HOSTILE, LOST, QUERYABLE, UNFINISHED } from '../helpers/conditions.js';
import { EXECS, loss, OPENS, open, sampleCapture, T0 } from '../helpers/sample-capture.js';

beforeAll(build);

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
    expect(stdout.split('\n').at(-2)).toBe('421 more; --limit 0 shows all');
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
      `tracecap: SQL: no such table: \\x1B[31m; the tables are ${QUERYABLE.join(', ')}\n`,
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

  test('a list is JSON in every format, as SQL sees it', () => {
    const argv = [HOSTILE, '\\xFF', ''];
    const path = sampleCapture({
      start: { tables: [OPENS, LOSSES, EXECS] },
      more: { execsnoop: [argv, [], null].map((list, i) => ({ ts: T0 + BigInt(i), argv: list })) },
    });
    const print = (format: string) =>
      tracecap(['query', path, 'select argv from execsnoop', '--format', format]).stdout;
    const json = '["a\\u000ab\\u001b[31m\\u202e,\\"x\\"","\\\\xFF",""]';
    expect(JSON.parse(json)).toEqual(argv);
    expect(JSON.parse(print('json'))).toEqual([{ argv: json }, { argv: '[]' }, { argv: null }]);
    expect(print('csv')).toBe(`argv\n"${json.replaceAll('"', '""')}"\n[]\n""\n`);
    expect(print('table')).toContain(json);
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
