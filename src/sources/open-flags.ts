/** Names of open(2)'s flags, for the option that filters by them. */
import { constants } from 'node:fs';

/** fs.constants has this machine's values; these three it lacks are the same on x86 and arm64. */
const BITS: Readonly<Record<string, number>> = {
  O_CREAT: constants.O_CREAT,
  O_EXCL: constants.O_EXCL,
  O_NOCTTY: constants.O_NOCTTY,
  O_TRUNC: constants.O_TRUNC,
  O_APPEND: constants.O_APPEND,
  O_NONBLOCK: constants.O_NONBLOCK,
  O_DSYNC: constants.O_DSYNC,
  // O_SYNC and O_TMPFILE hold a bit of another flag, too: here only what tells them apart.
  O_SYNC: constants.O_SYNC & ~constants.O_DSYNC,
  O_TMPFILE: 0o20000000,
  O_DIRECT: constants.O_DIRECT,
  O_DIRECTORY: constants.O_DIRECTORY,
  O_NOFOLLOW: constants.O_NOFOLLOW,
  O_NOATIME: constants.O_NOATIME,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
};

/** Access modes are numbers, not bits: O_RDONLY is 0. */
const ACCESS_MODES: Readonly<Record<string, number>> = { O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2 };

/**
 * Parses `O_WRONLY,O_CREAT` to the two masks of bpf/opensnoop.bpf.c: a call passes that has any of
 * the flags, or one of the access modes. Throws an Error that names an unknown flag.
 */
export function parseOpenFlags(text: string): { bits: bigint; accessModes: bigint } {
  let bits = 0;
  let accessModes = 0;
  for (const name of text.split(/[,|]/).map((word) => word.trim())) {
    const mode = own(ACCESS_MODES, name);
    const bit = own(BITS, name);
    if (mode !== undefined) accessModes |= 1 << mode;
    else if (bit !== undefined) bits |= bit;
    else {
      const known = [...Object.keys(ACCESS_MODES), ...Object.keys(BITS)].join(', ');
      throw new Error(`'${name}' is no flag of open(2); known are ${known}`);
    }
  }
  return { bits: BigInt(bits), accessModes: BigInt(accessModes) };
}

/** Not what every object has: 'toString' is no flag. */
function own(numbers: Readonly<Record<string, number>>, name: string): number | undefined {
  return Object.hasOwn(numbers, name) ? numbers[name] : undefined;
}
