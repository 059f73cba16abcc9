/** What `make -j4` starts, against what strace says of the same. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
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

/** Every call of execve and execveat, by strace: a file for each process, all bytes as hex. */
function straced(words: readonly string[], prefix: string): Exec[] {
  const options = ['-ff', '-qq', '-xx', '-v', '-s', '1000000', '-e', 'signal=none'];
  const { status, error, stderr } = spawnSync(
    'strace',
    [...options, '-e', 'trace=execve,execveat', '-o', prefix, ...words],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`strace (bin/setup installs it): ${error?.message ?? stderr}`);
  const folder = join(prefix, '..');
  return readdirSync(folder)
    .filter((name) => name.startsWith('straced.'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
    .filter((line) => line.startsWith('exec'))
    .map(execOf);
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
