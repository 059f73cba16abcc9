/**
 * Where the files beside the code are: BPF objects, addons, the launcher, the worker, the bundled
 * capture. The one module that knows, so that a single-file build has one thing to replace.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The package's root, seen from src/shared as well as from dist/shared. */
const root = new URL('../../', import.meta.url);

const ASSETS = {
  packageJson: 'package.json',
  decodeAddon: 'native/build/decode.node',
  bpfAddon: 'native/build/bpf.node',
  launcher: 'native/build/launch',
  segmentWorker: 'dist/record/segment-worker.js',
  demoCapture: 'fixtures/captures/demo.tcap',
} as const;

export type Asset = keyof typeof ASSETS;

/** Absolute path of a file that ships with tracecap. It need not exist: natives are optional. */
export function assetPath(asset: Asset): string {
  return fileURLToPath(new URL(ASSETS[asset], root));
}

/** Absolute path of a compiled BPF object. */
export function bpfObjectPath(object: string): string {
  return fileURLToPath(new URL(`bpf/build/${object}`, root));
}

/** Loads an addon; null where it was not built. Throws if it is there but cannot be loaded. */
export function loadAddon(addon: 'decodeAddon' | 'bpfAddon'): unknown {
  const path = assetPath(addon);
  return existsSync(path) ? createRequire(import.meta.url)(path) : null;
}

/** The version in package.json. */
export function version(): string {
  return (createRequire(import.meta.url)(assetPath('packageJson')) as { version: string }).version;
}
