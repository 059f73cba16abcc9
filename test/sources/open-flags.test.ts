import { constants } from 'node:fs';
import { expect, test } from 'vitest';
import { parseOpenFlags } from '../../src/sources/open-flags.js';

test.runIf(process.platform === 'linux')('names become the masks of the BPF program', () => {
  const { O_CREAT, O_TRUNC, O_EXCL } = constants;
  expect(parseOpenFlags('O_CREAT')).toEqual({ bits: BigInt(O_CREAT), accessModes: 0n });
  expect(parseOpenFlags('O_WRONLY, O_RDWR')).toEqual({ bits: 0n, accessModes: 0b110n });
  expect(parseOpenFlags('O_RDONLY|O_TRUNC,O_EXCL')).toEqual({
    bits: BigInt(O_TRUNC | O_EXCL),
    accessModes: 1n,
  });
});

test.runIf(process.platform === 'linux')('flags that hold another are told apart from it', () => {
  const bits = (name: string) => parseOpenFlags(name).bits;
  expect(bits('O_SYNC') & bits('O_DSYNC')).toBe(0n);
  expect(bits('O_SYNC')).not.toBe(0n);
  expect(bits('O_TMPFILE') & bits('O_DIRECTORY')).toBe(0n);
  expect(bits('O_PATH')).toBe(0o10000000n);
  expect(bits('O_CLOEXEC')).toBe(0o2000000n);
});

test.each(['', 'O_WRONLY,', 'WRONLY', 'o_creat', 'O_ACCMODE', 'toString', '64'])(
  '%j is refused, with what is known',
  (text) => {
    const name = text.split(',').at(-1);
    expect(() => parseOpenFlags(text)).toThrow(
      new RegExp(`^'${name}' is no flag of open\\(2\\); known are O_RDONLY, O_WRONLY, .*O_PATH$`),
    );
  },
);
