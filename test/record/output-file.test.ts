import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  createOutput,
  defaultOutput,
  discardOutput,
  keepOutput,
  type SudoIds,
  sudoIds,
} from '../../src/record/output-file.js';
import { TracecapError } from '../../src/shared/errors.js';
import { temporaryFolder } from '../helpers/sample-capture.js';

const isRoot = process.getuid?.() === 0;
const mode = (path: string) => lstatSync(path).mode & 0o777;

afterEach(() => {
  vi.restoreAllMocks();
});

/** An output as a recording that begins has it, with what was written. */
function create(path: string, { force = false, sudo = null as SudoIds | null, text = '' } = {}) {
  const output = createOutput(path, force, sudo);
  writeSync(output.fd, text);
  keepOutput(output);
  closeSync(output.fd);
  return output;
}

/** The one line that a user sees. */
function refused(path: string, force = false): string {
  try {
    create(path, { force });
  } catch (error) {
    expect(error).toBeInstanceOf(TracecapError);
    expect((error as TracecapError).exitStatus).toBe(6);
    return (error as Error).message;
  }
  return expect.fail(`${path} was created`);
}

describe('createOutput', () => {
  test('creates a file for its owner only, whatever the umask', () => {
    const path = join(temporaryFolder(), 'x.tcap');
    const before = process.umask(0);
    try {
      expect(create(path)).toMatchObject({ path, owner: process.getuid?.() });
    } finally {
      process.umask(before);
    }
    expect(mode(path)).toBe(0o600);
  });

  test('does not touch what exists', () => {
    const path = join(temporaryFolder(), 'x.tcap');
    writeFileSync(path, 'precious');
    expect(refused(path)).toBe(`${path} exists; choose another --output, or add --force`);
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('with --force makes a new file: who holds the old one sees nothing of ours', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x.tcap');
    writeFileSync(path, 'old', { mode: 0o644 });
    const held = openSync(path, 'r');
    create(path, { force: true, text: 'new' });
    expect([readFileSync(path, 'utf8'), mode(path)]).toEqual(['new', 0o600]);
    expect(readFileSync(held, 'utf8')).toBe('old');
    closeSync(held);
    expect(readdirSync(folder)).toEqual(['x.tcap']);
  });

  test('with --force a recording that does not begin leaves the old file, and nothing else', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x.tcap');
    writeFileSync(path, 'precious');
    discardOutput(createOutput(path, true, null));
    expect(readFileSync(path, 'utf8')).toBe('precious');
    expect(readdirSync(folder)).toEqual(['x.tcap']);
  });

  test('a link is not followed, and --force replaces it, not what it points to', () => {
    const folder = temporaryFolder();
    const [target, link] = [join(folder, 'target'), join(folder, 'link')];
    writeFileSync(target, 'precious');
    symlinkSync(target, link);
    expect(refused(link)).toContain('exists');
    create(link, { force: true, text: 'new' });
    expect([readFileSync(target, 'utf8'), readFileSync(link, 'utf8')]).toEqual(['precious', 'new']);
    expect(lstatSync(link).isFile()).toBe(true);
  });

  test('a link that leads nowhere is not followed', () => {
    const folder = temporaryFolder();
    const link = join(folder, 'link');
    symlinkSync(join(folder, 'nowhere'), link);
    expect(refused(link)).toContain('exists');
    expect(readdirSync(folder)).toEqual(['link']);
  });

  test('a device is written to as it is, neither given away nor removed', () => {
    const link = join(temporaryFolder(), 'null');
    symlinkSync('/dev/null', link);
    const before = statSync('/dev/null');
    const output = createOutput('/dev/null', true, { uid: 12345, gid: 12345 });
    writeSync(output.fd, 'gone');
    keepOutput(output);
    discardOutput(output);
    expect(output).toMatchObject({ path: '/dev/null', owner: before.uid, created: null });
    expect(refused(link)).toContain('exists');
    create(link, { force: true });
    const after = statSync('/dev/null');
    const facts = ({ mode, uid, gid, rdev }: typeof before) => [mode, uid, gid, rdev];
    expect(facts(after)).toEqual(facts(before));
  });

  test('- is standard output', () => {
    const output = createOutput('-', false, null);
    expect(output).toMatchObject({ fd: 1, path: '-', created: null });
    discardOutput(output);
  });

  test('says which folder is missing', () => {
    const folder = join(realpathSync(temporaryFolder()), 'missing');
    const path = join(folder, 'x.tcap');
    expect(refused(path)).toBe(
      `cannot write ${path}: the folder ${folder} does not exist; create it, or choose another --output`,
    );
  });

  test('says what is no folder, and what is one', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'sub'));
    expect(refused(join(folder, 'file', 'x.tcap'))).toContain(
      `${join(folder, 'file')} is not a folder`,
    );
    for (const force of [false, true]) {
      const folderItself = join(folder, 'sub');
      expect(refused(folderItself, force)).toBe(
        `cannot write ${folderItself}: it is a folder; name a file in it`,
      );
    }
    expect(statSync(join(folder, 'sub')).isDirectory()).toBe(true);
  });

  test.runIf(isRoot)('gives the file to who called sudo', () => {
    const path = join(temporaryFolder(), 'x.tcap');
    const output = create(path, { sudo: { uid: 12345, gid: 54321 } });
    const { uid, gid } = statSync(path);
    expect([uid, gid, output.owner]).toEqual([12345, 54321, 12345]);
  });

  test('an output that was not needed is gone', () => {
    const path = join(temporaryFolder(), 'x.tcap');
    discardOutput(createOutput(path, false, null));
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('sudoIds', () => {
  const env = { SUDO_UID: '1000', SUDO_GID: '100' };

  test('are those of who called sudo', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(0);
    expect(sudoIds(env)).toEqual({ uid: 1000, gid: 100 });
  });

  test.each([
    {},
    { SUDO_UID: '1000' },
    { SUDO_GID: '1' },
    { ...env, SUDO_UID: '-1' },
    { ...env, SUDO_GID: '' },
    { ...env, SUDO_UID: '1e3' },
  ])('are not believed as %j', (odd) => {
    vi.spyOn(process, 'getuid').mockReturnValue(0);
    expect(sudoIds(odd)).toBeNull();
  });

  test('mean nothing to who is not root', () => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    expect(sudoIds(env)).toBeNull();
  });
});

describe('defaultOutput', () => {
  const now = new Date('2026-01-02T03:04:05.678Z');

  test('has host and time', () => {
    expect(defaultOutput('web-1.example', now)).toBe(
      'tracecap-web-1.example-20260102T030405Z.tcap',
    );
  });

  test('has of a host name what is harmless in a file name', () => {
    expect(defaultOutput('../a b\n/\x1bé', now)).toBe('tracecap-.._a_b____-20260102T030405Z.tcap');
  });
});
