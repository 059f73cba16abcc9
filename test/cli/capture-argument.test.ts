import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { build, tracecap } from '../helpers/build.js';
import { temporaryFolder, writeSample } from '../helpers/sample-capture.js';

beforeAll(build);

describe('a command without a capture', () => {
  test('takes the newest in the folder, and says which', () => {
    const cwd = temporaryFolder();
    for (const [name, year] of [
      ['old.tcap', 2020],
      ['new.tcap', 2022],
      ['older.tcap', 2018],
    ] as const) {
      writeSample(join(cwd, name));
      utimesSync(join(cwd, name), new Date(year, 1), new Date(year, 1));
    }
    writeFileSync(join(cwd, 'newest.txt'), '');
    mkdirSync(join(cwd, 'folder.tcap'));
    symlinkSync('old.tcap', join(cwd, 'link.tcap'));
    const words = [['info'], ['analyze', '--top-files'], ['query', 'select 1']];
    for (const { status, stderr } of words.map((line) => tracecap(line, { cwd }))) {
      expect(status).toBe(0);
      expect(stderr).toBe(
        'tracecap: no capture named: reading new.tcap, the newest of 3 in this folder\n',
      );
    }
  });

  test('says what to do where there is none', () => {
    expect(tracecap(['info'], { cwd: temporaryFolder() })).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'tracecap: no capture named, and no .tcap file in this folder; name one, or make one with tracecap record\n',
    });
  });

  test('says it in one line when a name is hostile', () => {
    const cwd = temporaryFolder();
    writeSample(join(cwd, 'a\nb\u001b[31m.tcap'));
    expect(tracecap(['query', 'select 1'], { cwd }).stderr).toBe(
      'tracecap: no capture named: reading a\\x0Ab\\x1B[31m.tcap, the newest in this folder\n',
    );
  });
});

test.each(['missing.tcap', 'folder.tcap', 'empty.tcap', 'text.tcap'])('%s is exit 3', (name) => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'folder.tcap'));
  writeFileSync(join(cwd, 'empty.tcap'), '');
  writeFileSync(join(cwd, 'text.tcap'), 'no capture');
  for (const words of [
    ['info', name],
    ['analyze', name, '--top-files'],
    ['query', name, 'select 1'],
  ]) {
    const { status, stdout, stderr } = tracecap(words, { cwd });
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(new RegExp(`^tracecap: .*${name}.*\\n$`));
  }
});
