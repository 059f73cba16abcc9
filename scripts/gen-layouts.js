/**
 * Writes src/sources/layouts/*.ts from the BTF of bpf/build/*.bpf.o; with --check only says whether
 * they are current. Run by `npm run layouts`, after `npm run build`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { layoutFromBtf } from '../dist/schema/layout.js';
import { loadAddon } from '../dist/shared/assets.js';

const objects = new URL('../bpf/build/', import.meta.url);
const layouts = new URL('../src/sources/layouts/', import.meta.url);

let stale = 0;
// What X.compat.bpf.o sends is the same as X.bpf.o sends.
for (const file of readdirSync(objects).filter((name) => /^\w+\.bpf\.o$/.test(name))) {
  const source = file.replace('.bpf.o', '');
  const text = layoutText(source, readFileSync(new URL(file, objects)));
  if (text === null) continue;
  const target = new URL(`${source}.ts`, layouts);
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') === text) continue;
    process.stderr.write(`src/sources/layouts/${source}.ts is stale: run 'npm run layouts'\n`);
    stale = 1;
  } else {
    writeFileSync(target, text);
  }
}
process.exitCode = stale;

/** The layout's module; null for an object that sends no event. */
function layoutText(source, bytes) {
  const { BpfObject } = loadAddon('bpfAddon');
  const object = new BpfObject(bytes, source);
  let struct;
  try {
    struct = object.describeStruct(`${source}_event`);
  } catch {
    return null;
  } finally {
    object.close();
  }
  const layout = JSON.stringify(layoutFromBtf(struct), null, 2);
  return `// Generated from bpf/${source}.bpf.c by 'npm run layouts'. Do not edit.\nexport const layout = ${layout} as const;\n`;
}
