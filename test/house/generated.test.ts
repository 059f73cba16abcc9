/** The generated layouts are those of the objects that are built. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assetPath, bpfObjectPath } from '../../src/shared/assets.js';
import { SOURCES } from '../../src/sources/index.js';
import { build } from '../helpers/build.js';
import { filesUnder, ROOT, readText } from './checkout.js';

const built =
  existsSync(assetPath('bpfAddon')) &&
  SOURCES.every(({ object }) => existsSync(bpfObjectPath(object)));

if (!built && process.env.CI !== 'true') {
  process.stderr.write("generated layouts not checked: run 'npm run build:native'\n");
}

describe.skipIf(!built && process.env.CI !== 'true')('with objects and addon built', () => {
  test('src/sources/layouts is current', () => {
    build();
    const { status, stderr } = spawnSync(process.execPath, ['scripts/gen-layouts.js', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

test('there is a layout for each source, and none besides', () => {
  const layouts = filesUnder('src/sources/layouts').map((path) => path.replace(/.*\/|\.ts$/g, ''));
  expect(layouts).toEqual(SOURCES.map(({ name }) => name).toSorted());
  for (const name of layouts) {
    expect(readText(`src/sources/layouts/${name}.ts`)).toMatch(
      new RegExp(
        `^// Generated from bpf/${name}\\.bpf\\.c by 'npm run layouts'\\. Do not edit\\.\n`,
      ),
    );
  }
});
