/** What /proc says of a process, from a made-up one. */
import { mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { processFacts } from '../../src/record/process-facts.js';
import { temporaryFolder } from '../helpers/sample-capture.js';

const PID = 77;
const BORN_TICKS = 12_345n;
/** In the middle of that tick. */
const BORN_NS = BORN_TICKS * 10_000_000n + 3_456_789n;
const NOTHING = { exe: null, argv: null, cwd: null };

interface Made {
  readonly name?: string;
  readonly starttime?: bigint;
  readonly cmdline?: string | Uint8Array;
  readonly exe?: string | Buffer | null;
}

/** A /proc with one process. exe: null for none, as of a zombie. */
function proc({
  name = 'sh',
  starttime = BORN_TICKS,
  cmdline = '',
  exe = '/bin/sh',
}: Made): string {
  const root = temporaryFolder();
  const folder = join(root, String(PID));
  mkdirSync(folder);
  if (exe !== null) {
    symlinkSync(exe, join(folder, 'exe'));
    symlinkSync('/work here', join(folder, 'cwd'));
  }
  writeFileSync(join(folder, 'cmdline'), cmdline);
  // proc_pid_stat(5): fields 3 to 21, then starttime, then 30 more.
  const before = `S ${Array.from({ length: 18 }, (_, n) => n + 4).join(' ')}`;
  writeFileSync(
    join(folder, 'stat'),
    `${PID} (${name}) ${before} ${starttime} ${'9 '.repeat(29)}9\n`,
  );
  return root;
}

const facts = (made: Made, born = BORN_NS) => processFacts(PID, born, proc(made));

test('program, arguments, working directory', () => {
  expect(facts({ cmdline: 'sh\0-c\0echo "a b"\0' })).toEqual({
    exe: '/bin/sh',
    argv: ['sh', '-c', 'echo "a b"'],
    cwd: '/work here',
  });
});

test('another process with the same number, a tick older or younger, is nobody whom we know', () => {
  for (const starttime of [BORN_TICKS - 1n, BORN_TICKS + 1n]) {
    expect(facts({ cmdline: 'x\0', starttime })).toEqual(NOTHING);
  }
  expect(facts({ cmdline: 'x\0' }, BORN_TICKS * 10_000_000n).argv).toEqual(['x']);
  expect(facts({ cmdline: 'x\0' }, BORN_TICKS * 10_000_000n - 1n)).toEqual(NOTHING);
});

test.each([
  ') ',
  'a) S 1 2',
  '(',
  ') S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21',
  'a\nb',
])('a name that looks like fields does not shift them: %j', (name) => {
  expect(facts({ cmdline: 'x\0', name }).argv).toEqual(['x']);
});

test('a zombie has nothing, but is no error', () => {
  expect(facts({ exe: null })).toEqual(NOTHING);
});

test('one that is gone has nothing', () => {
  expect(processFacts(PID, BORN_NS, temporaryFolder())).toEqual(NOTHING);
  const root = proc({ cmdline: 'x\0' });
  rmSync(join(root, String(PID), 'stat'));
  expect(processFacts(PID, BORN_NS, root)).toEqual(NOTHING);
  writeFileSync(join(root, String(PID), 'stat'), 'no fields');
  expect(processFacts(PID, BORN_NS, root)).toEqual(NOTHING);
});

describe('arguments', () => {
  const argv = (cmdline: string | Uint8Array) => facts({ cmdline }).argv;

  test('empty ones are kept, also the last', () => {
    expect(argv('\0')).toEqual(['']);
    expect(argv('a\0\0b\0\0')).toEqual(['a', '', 'b', '']);
  });

  test('one that overwrote its end, as setproctitle(3) does, still counts', () => {
    expect(argv('nginx: worker process')).toEqual(['nginx: worker process']);
  });

  test('bytes that are no text are spelt out', () => {
    expect(argv(Buffer.from('caf\xe9\0\\xE9\0', 'latin1'))).toEqual(['caf\\xE9', '\\x5CxE9']);
  });

  test('after 32 KiB they are cut', () => {
    const most = 32 << 10;
    expect(argv(`${'a'.repeat(most - 1)}\0`)).toEqual(['a'.repeat(most - 1)]);
    expect(argv(`x\0${'a'.repeat(most)}\0y\0`)).toEqual(['x', 'a'.repeat(most - 2)]);
    expect(argv(`${'a\0'.repeat(most)}`)).toHaveLength(most / 2);
  });
});

test('links are bytes', () => {
  expect(facts({ exe: Buffer.from('/bin/caf\xe9 (deleted)', 'latin1') }).exe).toBe(
    '/bin/caf\\xE9 (deleted)',
  );
});

test.runIf(process.platform === 'linux')('of this very process', () => {
  // Its own start, in whole ticks, is what the kernel says; any nanosecond of that tick is right.
  const own = processFacts(process.pid, startOf(process.pid));
  expect(own).toMatchObject({ exe: realpathSync(process.execPath), cwd: process.cwd() });
  expect(own.argv?.length).toBeGreaterThan(0);
});

function startOf(pid: number): bigint {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return BigInt(stat.split(') ').at(-1)?.split(' ')[19] ?? 0) * 10_000_000n;
}
