import { expect, test } from 'vitest';
import { execsnoop } from '../../src/sources/execsnoop.js';
import { readText } from '../house/checkout.js';

const [argsSize] = execsnoop.options;
const [scratch] = execsnoop.cpuMaps ?? [];

/** A number that a header defines. */
function defined(header: string, name: string): number {
  const text = readText(`bpf/include/tracecap/${header}`);
  return Number(new RegExp(`#define ${name}\\s+(\\d+)`).exec(text)?.[1]);
}

test('--execsnoop-args-size takes what fits into the ring', () => {
  expect(argsSize?.globals('128KiB')).toEqual({ tc_args_size: 131072n });
  expect(argsSize?.globals('4KiB')).toEqual({ tc_args_size: 4096n });
  expect(argsSize?.globals('1MiB')).toEqual({ tc_args_size: 1048576n });
  for (const size of ['0', '4095', '1.1MiB', '5', 'much']) {
    expect(() => argsSize?.globals(size)).toThrow(/^'.*' (must be from 4KiB to 1MiB|is no size)/);
  }
});

test('the map that records are built in is as args.h says', () => {
  const [pivot, size] = [defined('scratch.h', 'TC_PIVOT'), defined('args.h', 'TC_ARGS_SIZE')];
  expect(readText('bpf/include/tracecap/args.h')).toContain(
    '#define TC_SCRATCH_VALUE_SIZE (3 * TC_PIVOT + 2 * TC_ARGS_SIZE)',
  );
  expect(scratch?.valueBytes({})).toBe(3 * pivot + 2 * size);
  expect(scratch?.valueBytes({ tc_args_size: 65536n })).toBe(3 * pivot + 2 * 65536);
});
