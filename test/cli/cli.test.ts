import { beforeAll, describe, expect, test } from 'vitest';
import { build, shell, tracecap } from '../helpers/build.js';
import { sampleCapture, temporaryFolder } from '../helpers/sample-capture.js';

beforeAll(build);

describe('the program', () => {
  test('says its version and its help on stdout', () => {
    expect(tracecap(['--version'])).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^tracecap \d+\.\d+\.\d+\n$/),
      stderr: '',
    });
    const help = tracecap(['--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    for (const command of ['record', 'info', 'analyze', 'query']) {
      expect(help.stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    }
  });

  test('help of a command is reached in either way', () => {
    const help = tracecap(['query', '--help']);
    expect(help.stdout).toContain("Usage: tracecap query [options] [capture] 'SQL'");
    expect(tracecap(['help', 'query'])).toEqual(help);
  });

  test('loads nothing heavy for --help and --version', () => {
    for (const option of ['--help', '--version']) {
      const { stderr } = tracecap([option], { env: { NODE_DEBUG: 'module,esm' } });
      expect(stderr).not.toMatch(/apache-arrow|better-sqlite3|cli-table3|commands\/\w/);
    }
  });

  test('without a command prints the help on stderr and exits 2', () => {
    const { status, stdout, stderr } = tracecap([]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: tracecap <command> [options]');
  });

  test.each([
    [['analyse'], "unknown command 'analyse' (Did you mean analyze?)"],
    [['--verzion'], "unknown option '--verzion' (Did you mean --version?)"],
    [['analyze', '--top-file'], "unknown option '--top-file' (Did you mean --top-files?)"],
    [['query'], "no SQL given: tracecap query [capture] 'select …'"],
    [['info', 'a', 'b'], "too many arguments for 'info'. Expected 1 argument but got 2."],
    [
      ['analyze', '--top-files', '--format', 'xml'],
      "option '--format <format>' argument 'xml' is invalid. Allowed choices are table, json, csv.",
    ],
    [
      ['analyze', '--top-files', '--limit', '-1'],
      "option '--limit <n>' argument '-1' is invalid. '-1' is no whole number from 0 on",
    ],
    [['analyze', '--top-files', '--sort'], "option '--sort <key>' argument missing"],
    [['analyze', '\u001b[31m', '\n'], expect.stringContaining('too many arguments')],
    [['\u001b]0;x\u0007'], "unknown command '\\x1B]0;x\\x07'"],
    [['analyze'], 'no analysis chosen; name one of: --top-files'],
    [['analyze', 'x.tcap'], 'no analysis chosen; name one of: --top-files'],
    [
      ['analyze', '--top-files', '--json', '--format', 'csv'],
      '--json and --format csv contradict each other',
    ],
    [
      ['analyze', '--top-files', '--demo', 'x.tcap'],
      '--demo reads its own capture, so x.tcap cannot be read too',
    ],
    [['record', '--follow'], '--follow needs --pid or --tid: whose children to record'],
    [
      ['record', '-s', 'opensnoop', '--tcpconnlat-min', '1s'],
      '--tcpconnlat-min: tcpconnlat is not among the --sources',
    ],
    [
      ['record', '--label', 'a=1', '--label', 'a=2'],
      "option '--label <key=value>' argument 'a=2' is invalid. label 'a' is given twice",
    ],
    [['query', 'x.tcap'], "no SQL given: tracecap query x.tcap 'select …'"],
    [['query', 'x.tcap', 'select', '1'], 'too many words: 3; put the SQL in quotes'],
  ])('%j is exit 2 and one line', (words, message) => {
    const { status, stdout, stderr } = tracecap(words, { cwd: temporaryFolder() });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^tracecap: [^\n]*\n$/);
    expect(stderr.slice('tracecap: '.length, -1)).toEqual(message);
  });

  test('a fault of ours is exit 70, with a stack and a plea', () => {
    const path = sampleCapture();
    const env = { NODE_OPTIONS: preload('delete Array.prototype.toSorted') };
    const { status, stdout, stderr } = tracecap(['analyze', '--top-files', path], { env });
    expect([status, stdout.includes('/etc/hosts')]).toEqual([70, false]);
    expect(stderr).toMatch(/^TypeError: .*toSorted.*\n +at /);
    expect(stderr).toMatch(
      /\ntracecap: this is a bug in tracecap \S+: please report it with the lines above\n$/,
    );
  });

  test('without better-sqlite3 only query is exit 5, and says what to do', () => {
    const path = sampleCapture();
    const resolve = `export const resolve = (name, context, next) => {
      if (name === 'better-sqlite3') throw new Error('Cannot find package');
      return next(name, context);
    }`;
    const hooks = JSON.stringify(`data:text/javascript,${encodeURIComponent(resolve)}`);
    const env = { NODE_OPTIONS: preload(`import m from 'node:module'; m.register(${hooks})`) };
    expect(tracecap(['query', path, 'select 1'], { env })).toEqual({
      status: 5,
      stdout: '',
      stderr:
        'tracecap: query needs the optional package better-sqlite3, which cannot be loaded (Cannot find package); install it with npm install better-sqlite3, or use tracecap analyze\n',
    });
    expect(tracecap(['analyze', '--top-files', path], { env }).status).toBe(0);
    expect(tracecap(['info', '--schema', path], { env }).status).toBe(0);
  });

  test('a reader that has gone is no failure', () => {
    const path = sampleCapture();
    const cartesian =
      'select a.* from opensnoop a, opensnoop b, opensnoop c, opensnoop d, opensnoop e';
    for (const format of ['json', 'csv', 'table']) {
      const line = `("$@" query ${path} '${cartesian}' --format ${format}; echo $? >&2) | head -1`;
      expect(shell(line, '/').stderr).toBe('0\n');
    }
  });

  test('a stdout that is full is exit 6', () => {
    expect(shell('"$@" --version >/dev/full', '/')).toMatchObject({
      status: 6,
      stderr: expect.stringMatching(/^tracecap: cannot write to standard output: ENOSPC.*\n$/),
    });
  });

  test('a pipe that somebody made non-blocking gets every byte', () => {
    const path = sampleCapture();
    const sql = 'select a.* from opensnoop a, opensnoop b, opensnoop c, opensnoop d, opensnoop e';
    const nonBlocking = `python3 -c 'import os, sys; os.set_blocking(1, False); os.execvp(sys.argv[1], sys.argv[1:])'`;
    const { stdout } = shell(
      `${nonBlocking} "$@" query ${path} '${sql}' --format csv | (sleep 1; wc -l)`,
      '/',
    );
    expect(stdout.trim()).toBe(String(6 ** 5 + 1));
  });
});

/** Node's option to run a piece of JavaScript before the program. */
function preload(script: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(script)}`;
}
