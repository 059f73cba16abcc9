import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  type Asset,
  assetPath,
  bpfObjectPath,
  loadAddon,
  version,
} from '../../src/shared/assets.js';
import { SOURCES } from '../../src/sources/index.js';
import { ROOT, readText } from './checkout.js';

/** Every asset, with what makes it; null: it is in the repository. */
const MADE_BY: Readonly<Record<Asset, string | null>> = {
  packageJson: null,
  demoCapture: null,
  segmentWorker: 'src/record/segment-worker.ts',
  decodeAddon: 'native/Makefile',
  bpfAddon: 'native/Makefile',
  launcher: 'native/Makefile',
};

test.each(Object.entries(MADE_BY))(
  '%s is in the checkout, or something there makes it',
  (asset, maker) => {
    const path = assetPath(asset as Asset);
    expect(path.startsWith(ROOT)).toBe(true);
    expect(existsSync(maker === null ? path : ROOT + maker)).toBe(true);
    if (maker === 'native/Makefile') {
      expect(readText(maker)).toContain(`${path.slice(`${ROOT}native/`.length)}:`);
    }
  },
);

test('objects are where the Makefile of bpf puts them', () => {
  for (const { name, object } of SOURCES) {
    expect(object).toBe(`${name}.bpf.o`);
    expect(bpfObjectPath(object)).toBe(`${ROOT}bpf/build/${object}`);
    expect(existsSync(`${ROOT}bpf/${name}.bpf.c`)).toBe(true);
  }
});

test('an addon is loaded where it was built, and null where not', () => {
  for (const addon of ['decodeAddon', 'bpfAddon'] as const) {
    expect(loadAddon(addon) !== null).toBe(existsSync(assetPath(addon)));
  }
});

test('the version is that of the package', () => {
  expect(version()).toBe(JSON.parse(readText('package.json')).version);
  expect(version()).toMatch(/^\d+\.\d+\.\d+$/);
});
