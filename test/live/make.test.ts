/** What `make -j4` starts and how that ends, against what strace says of the same. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { describeLive } from '../helpers/live.js';
import { publicFolder } from '../helpers/workload.js';
import { query, record } from './recorder.js';

const FILES = 20;
const MAKE = ['/usr/bin/make', '-j4', '-C'];

describeLive('make -j4', () => {
  const folder = publicFolder();
  afterAll(folder.remove);

  test('every exec and every failed one is as strace has it: program, arguments, status', async () => {
    const project = makeProject(join(folder.path, 'project'));
    const wanted = straced([...MAKE, project], join(folder.path, 'straced'));
    expect(wanted.filter(({ ret }) => ret === 0).length).toBeGreaterThan(3 * FILES);

    const capture = join(folder.path, 'make.tcap');
    makeProject(project);
    const { status } = await record(['-s', 'execsnoop', '-o', capture, '--', ...MAKE, project]);
    expect(status).toBe(0);
    const rows = await query(capture, 'select filename, argv, ret, argv_truncated from execsnoop');
    const found = rows.map(({ filename, argv, ret }) => ({
      filename: String(filename),
      argv: JSON.parse(String(argv)),
      ret: Number(ret),
    }));
    expect(rows.filter(({ argv_truncated }) => argv_truncated !== 0)).toEqual([]);
    expect(sorted(found)).toEqual(sorted(wanted));
  }, 60_000);

  test('every process is as strace has it, by what it ran and how it ended; the tree is complete', async () => {
    const project = makeProject(join(folder.path, 'tree'));
    const prefix = join(folder.path, 'ended');
    runStrace(['-e', 'trace=execve,execveat,exit_group'], [...MAKE, project], prefix);
    const wanted = stracedFiles(prefix).map(livedOf);
    expect(wanted.length).toBeGreaterThan(3 * FILES);

    const capture = join(folder.path, 'tree.tcap');
    makeProject(project);
    const sources = ['-s', 'execsnoop,exitsnoop'];
    const { status } = await record([...sources, '-o', capture, '--', ...MAKE, project]);
    expect(status).toBe(0);
    const execs = await query(capture, 'select pid, filename, ret from execsnoop order by ts');
    const ends = await query(
      capture,
      'select pid, birth_ppid, exit_code, signal from exitsnoop order by ts',
    );
    const found = ends.map(({ pid, exit_code }) => ({
      ran: execs.filter((row) => row.pid === pid && row.ret === 0).map((row) => `${row.filename}`),
      code: Number(exit_code),
    }));
    expect(asTexts(found)).toEqual(asTexts(wanted));
    const pids = new Set(ends.map(({ pid }) => pid));
    expect(pids.size).toBe(ends.length);
    expect(execs.filter(({ pid }) => !pids.has(pid))).toEqual([]);
    // make ends last, and it alone was there before.
    expect(ends.filter(({ birth_ppid }) => !pids.has(birth_ppid))).toEqual([
      { pid: execs[0]?.pid, birth_ppid: null, exit_code: 0, signal: null },
    ]);
  }, 60_000);
});

interface Exec {
  readonly filename: string;
  readonly argv: readonly string[];
  readonly ret: number;
}

/** A program of twenty files, not built yet. */
function makeProject(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const names = Array.from({ length: FILES }, (_, n) => `part${n}`);
  for (const file of readdirSync(folder)) spawnSync('rm', [join(folder, file)]);
  for (const name of names)
    writeFileSync(join(folder, `${name}.c`), `int ${name}(void) { return 0; }\n`);
  writeFileSync(join(folder, 'main.c'), 'int part7(void);\nint main(void) { return part7(); }\n');
  writeFileSync(
    join(folder, 'Makefile'),
    `prog: main.o ${names.map((name) => `${name}.o`).join(' ')}\n\tcc -o $@ $^\n\t./prog 'a  b' "$$HOME"\n\n` +
      '%.o: %.c\n\tcc -O1 -DNAME=\'"$*"\' -c -o $@ $<\n',
  );
  return folder;
}

/** Every call of execve and execveat, by strace. */
function straced(words: readonly string[], prefix: string): Exec[] {
  runStrace(['-qq', '-e', 'trace=execve,execveat'], words, prefix);
  return stracedFiles(prefix)
    .flatMap((text) => text.trim().split('\n'))
    .filter((line) => line.startsWith('exec'))
    .map(execOf);
}

/** Runs a command under strace, which writes a file for each process, all bytes as hex. */
function runStrace(what: readonly string[], words: readonly string[], prefix: string): void {
  const options = ['-ff', '-xx', '-v', '-s', '1000000', '-e', 'signal=none', ...what];
  const { status, error, stderr } = spawnSync('strace', [...options, '-o', prefix, ...words], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`strace (bin/setup installs it): ${error?.message ?? stderr}`);
}

function stracedFiles(prefix: string): string[] {
  const folder = dirname(prefix);
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(prefix)}.`))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

/** A process: the programs that it ran, one after the other, and its exit code. */
interface Lived {
  readonly ran: readonly string[];
  readonly code: number;
}

/** By strace's file of it, which ends with what wait(2) says. */
function livedOf(text: string): Lived {
  const [, code] = /^\+\+\+ exited with (\d+) \+\+\+$/m.exec(text) ?? [];
  if (code === undefined) throw new Error(`strace: no exit: ${text.slice(-200)}`);
  const execs = text
    .split('\n')
    .filter((line) => line.startsWith('exec'))
    .map(execOf);
  const ran = execs.filter(({ ret }) => ret === 0).map(({ filename }) => filename);
  return { ran, code: Number(code) };
}

function asTexts(lived: readonly Lived[]): string[] {
  return lived.map(({ ran, code }) => `${ran.join(', ')}: ${code}`).sort();
}

function execOf(line: string): Exec {
  const [, filename, argv, error] =
    /^execve\("([^"]*)", \[([^\]]*)\], \[[^\]]*\]\) = (?:0|-1 (E\w+))/.exec(line) ?? [];
  if (filename === undefined || argv === undefined)
    throw new Error(`strace: ${line.slice(0, 200)}`);
  const ret = error === undefined ? 0 : -Number(Reflect.get(constants.errno, error));
  return {
    filename: bytes(filename),
    argv: [...argv.matchAll(/"([^"]*)"/g)].map(([, text = '']) => bytes(text)),
    ret,
  };
}

function bytes(hex: string): string {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex').toString();
}

/** As text that can be compared: gcc gives its temporary files new names each time. */
function sorted(execs: readonly Exec[]): string[] {
  return execs
    .map(({ filename, argv, ret }) => JSON.stringify([filename, argv, ret]))
    .map((text) => text.replaceAll(/\/cc[A-Za-z0-9]{6}\b/g, '/cc######'))
    .sort();
}
