/** The objects and the addon that loads them, below a recording. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, expect, test } from 'vitest';
import { type BpfObject, loadBpfAddon } from '../../src/record/bpf-addon.js';
import { commandTarget } from '../../src/record/filters.js';
import { compatObject } from '../../src/record/source-object.js';
import { decodePlan, type Source } from '../../src/schema/define-source.js';
import { assetPath, bpfObjectPath } from '../../src/shared/assets.js';
import { TracecapError } from '../../src/shared/errors.js';
import { SOURCES } from '../../src/sources/index.js';
import { opensnoop } from '../../src/sources/opensnoop.js';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { Running } from './recorder.js';
import { openSession, recordBySession } from './session.js';

const compat: Source = { ...opensnoop, object: compatObject(opensnoop.object) };

function openObject(source: Source): BpfObject {
  const { BpfObject } = loadBpfAddon();
  return new BpfObject(readFileSync(bpfObjectPath(source.object)), source.name);
}

describeLive('objects', () => {
  const folder = publicFolder();
  afterAll(folder.remove);

  test.each(SOURCES.flatMap((source) => [source.object, compatObject(source.object)]))(
    '%s passes the verifier on its own',
    (object) => {
      const opened = openObject({ ...opensnoop, object });
      opened.load();
      expect(opened.programStats().map(({ missed }) => missed)).toContain(0);
      opened.close();
    },
  );

  test('the one for older kernels records the same, but cuts deep paths', async () => {
    const deep = join(folder.path, ...Array.from({ length: 60 }, (_, n) => `in-${n}`));
    mkdirSync(deep, { recursive: true });
    const [near, far] = [join(folder.path, 'near'), join(deep, 'far')];
    for (const file of [near, far]) writeFileSync(file, '');
    const missing = join(folder.path, 'missing');
    const { exitStatus, rows, started, missed } = await recordBySession(compat, [
      ...['cat', near, missing, far],
    ]);
    expect(exitStatus).toBe(1);
    expect(started).toMatchObject([{ name: 'opensnoop', object: 'opensnoop.compat.bpf.o' }]);
    expect(missed).toBe(0);
    const [first, second, third] = [near, missing, far].map((file) =>
      rows.find(({ path, raw_path }) => (raw_path ?? path) === file),
    );
    expect(first).toMatchObject({ path: near, comm: 'cat', syscall: 'openat', ret: 3 });
    expect(second).toMatchObject({ path: missing, raw_path: null, ret: -2, path_truncated: false });
    expect(third).toMatchObject({ raw_path: far, path_truncated: true });
    const kept = String(third?.path);
    expect(far.endsWith(kept)).toBe(true);
    expect(kept.split('/').length - 1).toBeGreaterThan(40);
  });

  test('this kernel gets the one for newer kernels', () => {
    const session = openSession([opensnoop], []);
    session.attach();
    expect(session.started).toMatchObject([{ object: 'opensnoop.bpf.o' }]);
    session.close();
  });

  test('after close() nothing works, and nothing breaks', () => {
    const object = openObject(opensnoop);
    object.close();
    const calls: readonly (() => unknown)[] = [
      () => object.describeStruct('opensnoop_event'),
      () => object.setGlobal('tc_source', 1n),
      () => object.setMapEntries('tc_flood', 4096),
      () => object.setMapValueBytes('tc_flood', 4096),
      () => object.shareMap('tc_flood', 0),
      () => object.disable('opensnoop_exit'),
      () => object.load(),
      () => object.mapFd('tc_flood'),
      () => object.updateMap('tc_flood', new Uint8Array(4), new Uint8Array(4)),
      () => object.findVariable('tc_lost'),
      () => object.setFlag('tc_stopped'),
      () => object.attach('opensnoop_exit'),
      () => object.attachTracepoint('opensnoop_exit', 1),
      () => object.runIterator('opensnoop_exit'),
      () => object.programStats(),
    ];
    for (const call of calls) expect(call, `${call}`).toThrow(/: Bad file descriptor$/);
    object.detach();
    object.close();
  });

  test.each(['attach', 'updateMap', 'runIterator'] as const)(
    'where %s fails while targets are marked, that is said, and is no bug',
    (method) => {
      const addon = loadBpfAddon();
      const failing = class extends addon.BpfObject {};
      const value = () => {
        throw Object.assign(new Error(`${method}: Operation not permitted`), { errno: 1, log: '' });
      };
      Object.defineProperty(failing.prototype, method, { value });
      const open = () => openSession([opensnoop], [], { ...addon, BpfObject: failing });
      expect(open).toThrow(TracecapError);
      expect(open).toThrow(
        `cannot record: ${method}: Operation not permitted: this kernel does not allow it, even to root`,
      );
    },
  );

  test('thousands of targets have room', () => {
    const targets = Array.from({ length: 5000 }, (_, n) => commandTarget(5_000_000 + n));
    openSession([opensnoop], targets).close();
  });

  test('a worker that ends in the middle takes its pump along', async () => {
    const storm = new Running(buildWorkload('storm', folder.path), ['2', '300000', '0', '/none']);
    const [, pid = ''] = await storm.says(/ready (\d+)/);
    const session = openSession([opensnoop], [commandTarget(Number(pid))]);
    session.attach();
    const worker = new Worker(STUCK, {
      eval: true,
      workerData: {
        addon: assetPath('bpfAddon'),
        options: {
          rings: session.rings,
          losses: session.losses,
          plans: [decodePlan(opensnoop)],
          timeOffset: 0n,
          ownOffset: 0n,
          began: 0n,
        },
      },
    });
    try {
      await new Promise((resolve) => worker.once('online', resolve));
      storm.go();
      await storm.ended;
      expect(await worker.terminate()).toBe(1);
    } finally {
      storm.stop();
      session.close();
    }
  });
});

/** Takes one batch and no more: the queue fills, and the pump waits. */
const STUCK = `
  const { workerData } = require('node:worker_threads');
  const { Pump } = require(workerData.addon);
  const pump = new Pump(workerData.options);
  pump.start(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  setInterval(() => pump, 1000);
`;
