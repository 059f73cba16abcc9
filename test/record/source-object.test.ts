import { cpus } from 'node:os';
import { expect, test } from 'vitest';
import type { BpfObject } from '../../src/record/bpf-addon.js';
import { compatObject, hookNames, loadSource } from '../../src/record/source-object.js';
import { defineSource, type Source } from '../../src/schema/define-source.js';
import { type BtfStruct, layoutFromBtf } from '../../src/schema/layout.js';

const EVENT: BtfStruct = {
  name: 'x_event',
  size: 16,
  members: [
    { name: 'ts', type: 'tc_time_ns', size: 8, bitOffset: 0, bitfieldSize: 0, flexible: false },
    { name: 'pid', type: 'tc_pid', size: 4, bitOffset: 64, bitfieldSize: 0, flexible: false },
    { name: 'tail', type: 'char', size: 0, bitOffset: 96, bitfieldSize: 0, flexible: true },
  ],
};

const source = defineSource({
  name: 'x',
  summary: 'Xs',
  object: 'x.bpf.o',
  layout: layoutFromBtf(EVENT),
  time: 'ts',
  columns: { ts: { doc: 'When' }, pid: { doc: 'Who' } },
  hooks: [{ program: 'x_fork' }],
  options: [],
});

/** Loads the source from objects of which these are refused; what was done, object by object. */
function load(refused: readonly string[], from: Source = source, described = EVENT) {
  const done: string[] = [];
  let entries = 0;
  const open = (file: string) =>
    ({
      describeStruct: () => described,
      setGlobal: (name: string, value: bigint) => done.push(`${file} ${name}=${value}`),
      setMapEntries: (_: string, count: number) => {
        entries = count;
      },
      setMapValueBytes: (map: string, bytes: number) =>
        done.push(`${file} ${map}: ${entries} of ${bytes}`),
      load: () => {
        if (refused.includes(file)) throw new Error(`load ${file}`);
        done.push(`${file} loaded`);
      },
      runIterator: (program: string, map?: string) => {
        if (refused.includes(program)) throw new Error(`iterate ${program}`);
        done.push(`${program} ran over ${map}`);
        return new Uint8Array();
      },
      close: () => done.push(`${file} closed`),
    }) as Partial<BpfObject> as BpfObject;
  const options = { open, tracepoints: () => null, shared: [], globals: { x: 1n } };
  try {
    const loaded = loadSource(from, options);
    return { file: loaded.file, hooks: hookNames(loaded), done };
  } catch (error) {
    return { error: (error as Error).message, done };
  }
}

test('the object for newer kernels is the first choice', () => {
  expect(load([])).toEqual({
    file: 'x.bpf.o',
    hooks: ['x_fork'],
    done: ['x.bpf.o x=1', 'x.bpf.o loaded'],
  });
});

test('where the kernel refuses it, the one for older kernels is loaded, configured alike', () => {
  expect(load(['x.bpf.o'])).toEqual({
    file: 'x.compat.bpf.o',
    hooks: ['x_fork'],
    done: ['x.bpf.o x=1', 'x.bpf.o closed', 'x.compat.bpf.o x=1', 'x.compat.bpf.o loaded'],
  });
});

test('where both are refused, the last one tells why, and nothing stays loaded', () => {
  const { error, done } = load(['x.bpf.o', 'x.compat.bpf.o']);
  expect(error).toBe('load x.compat.bpf.o');
  expect(done.filter((what) => what.endsWith('closed'))).toHaveLength(2);
});

test('an object of another layout is no reason to try another object', () => {
  const other = { ...EVENT, size: 24 };
  const [, pid] = other.members;
  const members = other.members.map((member) =>
    member === pid ? { ...member, name: 'tid' } : member,
  );
  const { error, done } = load([], source, { ...other, members });
  expect(error).toMatch(/^x\.bpf\.o and this tracecap do not belong together: x_event, /);
  expect(done).toEqual(['x.bpf.o closed']);
});

test('the object for older kernels can be asked for, and is then tried once', () => {
  expect(compatObject('x.compat.bpf.o')).toBe('x.compat.bpf.o');
  const { error, done } = load(['x.compat.bpf.o'], { ...source, object: 'x.compat.bpf.o' });
  expect(error).toBe('load x.compat.bpf.o');
  expect(done).toEqual(['x.compat.bpf.o x=1', 'x.compat.bpf.o closed']);
});

test('an iterator for the end is tried, and is a hook if the kernel has it', () => {
  const atEnd = [
    { program: 'x_open', map: 'opened' },
    { program: 'x_new', map: 'fresh' },
  ];
  const { hooks, done } = load(['x_new'], { ...source, atEnd });
  expect(hooks).toEqual(['x_fork', 'x_open@opened']);
  expect(done).toEqual(['x.bpf.o x=1', 'x.bpf.o loaded', 'x_open ran over opened']);
});

test.runIf(process.platform === 'linux')(
  'its map has a value for each CPU, as long as its options say',
  () => {
    const cpuMaps = [
      { name: 'm', valueBytes: ({ x }: Readonly<Record<string, unknown>>) => 7 + Number(x) },
    ];
    const { done } = load([], { ...source, cpuMaps });
    const entries = Number(/^x\.bpf\.o m: (\d+) of 8$/.exec(done.at(-2) ?? '')?.[1]);
    expect(entries).toBeGreaterThanOrEqual(cpus().length);
    expect(done.at(-1)).toBe('x.bpf.o loaded');
  },
);
