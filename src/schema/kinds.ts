/**
 * The kinds: what a column means, and all that follows from it. A kind is the name of a typedef in
 * bpf/include/tracecap/types.h; this table is the other half of that header, and the one place
 * that says how such a member is decoded and which Arrow type its column has.
 */

/** How the decoder reads a member; see native/decode/plan.h for the same list. */
export type DecodeOp =
  /** Little-endian integer, copied. */
  | 'copy'
  /** Nanoseconds of boot time, to which the recording's offset to the Unix epoch is added. */
  | 'time'
  /** One byte, 0 or 1, to a bitmap. */
  | 'bool'
  /** char[n], NUL-terminated, to a dictionary of text. */
  | 'chars'
  /** tc_text: offset and size of text in the event's tail, to a dictionary of text. */
  | 'slice'
  /** tc_argv: offset and size of NUL-terminated texts in the event's tail, to a list of text. */
  | 'list'
  /** 16 bytes of an IPv6 address to its text (RFC 5952), v4-mapped ones as IPv4; zeros are null. */
  | 'address';

/** Arrow's names for the types that our columns have. */
export type ColumnType =
  | 'timestamp[ns, UTC]'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'utf8'
  /** Dictionary of utf8 with int32 indices: text that repeats. */
  | 'dictionary<utf8>'
  | 'list<utf8>'
  /** Dictionary of utf8 with uint8 indices and values fixed by the layout: a C enum. */
  | 'enum';

export interface Kind {
  readonly op: DecodeOp;
  readonly type: ColumnType;
  /** Bytes of the member; null where the layout decides (char arrays). */
  readonly size: number | null;
  /** The value, as its bits, that stands for "not known". */
  readonly nullValue?: bigint;
}

const U32_MAX = 0xffff_ffffn;
const U64_MAX = 0xffff_ffff_ffff_ffffn;

export const KINDS = {
  /** Nanoseconds since boot (CLOCK_BOOTTIME) in the event, since the Unix epoch in the row. */
  tc_time_ns: { op: 'time', type: 'timestamp[ns, UTC]', size: 8 },
  tc_duration_ns: { op: 'copy', type: 'int64', size: 8, nullValue: U64_MAX },
  tc_pid: { op: 'copy', type: 'int32', size: 4, nullValue: U32_MAX },
  tc_uid: { op: 'copy', type: 'uint32', size: 4 },
  tc_comm: { op: 'chars', type: 'dictionary<utf8>', size: 16 },
  /** Id of a cgroup v2 (its inode in cgroupfs). */
  tc_cgroup: { op: 'copy', type: 'uint64', size: 8 },
  /** Inode number of a namespace in nsfs. */
  tc_ns: { op: 'copy', type: 'uint32', size: 4 },
  /** What a system call returned: 0 or more, or a negative errno. */
  tc_result: { op: 'copy', type: 'int32', size: 4 },
  /** A file descriptor or AT_FDCWD; null where the call has none. */
  tc_fd: { op: 'copy', type: 'int32', size: 4, nullValue: 0x8000_0000n },
  /** O_* flags. 64 bits, as openat2(2) takes; null where they could not be read. */
  tc_open_flags: { op: 'copy', type: 'uint64', size: 8, nullValue: U64_MAX },
  /** Permission bits; null where the call takes none. */
  tc_mode: { op: 'copy', type: 'uint32', size: 4, nullValue: U32_MAX },
  tc_bool: { op: 'bool', type: 'bool', size: 1 },
  /** An amount of memory. */
  tc_bytes: { op: 'copy', type: 'int64', size: 8, nullValue: U64_MAX },
  tc_count: { op: 'copy', type: 'uint32', size: 4 },
  /** 0 to 255; null for what a signal ended. */
  tc_exit_code: { op: 'copy', type: 'int32', size: 4, nullValue: U32_MAX },
  /** Number of a signal (signal(7)); null where there was none. */
  tc_signal: { op: 'copy', type: 'int32', size: 4, nullValue: 0n },
  /** 4 or 6. */
  tc_ip_version: { op: 'copy', type: 'uint8', size: 1 },
  /** Address of a host. */
  tc_ip: { op: 'address', type: 'dictionary<utf8>', size: 16 },
  /** TCP port. */
  tc_port: { op: 'copy', type: 'uint16', size: 2, nullValue: 0n },
  /** Arguments of a program; null where they are not known. */
  tc_argv: { op: 'list', type: 'list<utf8>', size: 8 },
  /** Text of its own length; null where it could not be read. */
  tc_text: { op: 'slice', type: 'dictionary<utf8>', size: 4 },
  /** A C enum of one byte: its enumerators are the values. */
  tc_enum: { op: 'copy', type: 'enum', size: 1, nullValue: 0xffn },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

export function isKindName(name: string): name is KindName {
  return Object.hasOwn(KINDS, name);
}
