/** The BPF addon (native/bpf) as TypeScript has it. */
import type { DecodePlan } from '../schema/define-source.js';
import type { BtfStruct } from '../schema/layout.js';
import type { ColumnBatch } from '../schema/table.js';
import { loadAddon } from '../shared/assets.js';
import { reason, TracecapError } from '../shared/errors.js';

/** What the addon throws where libbpf or the kernel refuses. */
export interface BpfError extends Error {
  readonly errno: number;
  /** What libbpf and the verifier said. */
  readonly log: string;
}

/** A BPF object file: opened, then configured, then loaded, then attached. */
export interface BpfObject {
  /** A struct as the object's BTF describes it. */
  describeStruct(name: string): BtfStruct;
  /** Before load(): sets a `const volatile` global. Bytes may be fewer than it has. */
  setGlobal(name: string, value: bigint | Uint8Array): void;
  /** Before load(): max_entries of a map; bytes of a ring. */
  setMapEntries(map: string, entries: number): void;
  /** Before load(): bytes of a value of a map. */
  setMapValueBytes(map: string, bytes: number): void;
  /** Before load(): uses the map behind the descriptor instead of creating one. */
  shareMap(map: string, fd: number): void;
  /** Before load(): leaves a program out. */
  disable(program: string): void;
  load(): void;
  mapFd(map: string): number;
  updateMap(map: string, key: Uint8Array, value: Uint8Array): void;
  /** Where a writable global lies: in the map behind fd. Bytes. */
  findVariable(name: string): VariablePlace;
  /** After load(): sets a writable global of one byte to 1. */
  setFlag(name: string): void;
  /** Attaches where the program's section says. */
  attach(program: string): void;
  /** Attaches to the tracepoint with this id (tracefs: events/CATEGORY/NAME/id). */
  attachTracepoint(program: string, id: number): void;
  /**
   * Runs an iterator to its end, over the elements of a map where it is one for maps; gives what it
   * wrote. Throws where it does not get to its end.
   */
  runIterator(program: string, map?: string): Uint8Array;
  /** After load(): what the kernel counted of each program. */
  programStats(): ProgramStats[];
  /** Detaches everything, the last attached first. */
  detach(): void;
  /** Detaches and unloads. After it, all but close() and detach() throws. */
  close(): void;
}

/** What the kernel counts of a program. */
export interface ProgramStats {
  readonly name: string;
  /** Only while BpfAddon.enableStats() is in force; 0 otherwise. */
  readonly runs: number;
  readonly timeNs: number;
  /**
   * How often it left out a run, because another BPF program or bpf(2) was at work on that CPU. A
   * hook counts for all that passes it, wanted or not, and a call whose beginning and end were both
   * left out counts twice: so this is the most that was lost. Programs on tracepoints are counted
   * since Linux 6.7.
   */
  readonly missed: number;
}

export interface VariablePlace {
  readonly fd: number;
  readonly offset: number;
  readonly size: number;
}

/** A rise of one loss counter, between two moments in ns since the Unix epoch. */
export interface PumpLoss {
  /** Index of the object that counted, as in PumpOptions.losses; null: the pump, of a broken record. */
  readonly object: number | null;
  /** enum tc_loss in bpf/include/tracecap/event.h */
  readonly reason: number;
  readonly count: bigint;
  readonly from: bigint;
  readonly to: bigint;
}

/** A ring's map and its size. */
export interface RingPlace {
  readonly fd: number;
  readonly bytes: number;
}

export interface PumpOptions {
  readonly rings: readonly RingPlace[];
  /** One a table; an event's tc_source is the index. */
  readonly plans: readonly DecodePlan[];
  readonly losses: readonly VariablePlace[];
  /** Nanoseconds to add to the boot time of events for the Unix epoch. */
  readonly timeOffset: bigint;
  /** And to that of our own time namespace. */
  readonly ownOffset: bigint;
  /** Time 0 of the recording, since which losses count: ns since the Unix epoch. */
  readonly began: bigint;
}

export type PumpOutput =
  | { readonly table: number; readonly batch: ColumnBatch }
  | { readonly losses: readonly PumpLoss[] };

/** The thread that empties the rings and fills columns. */
export interface Pump {
  /** onOutput gets null at the end, once. */
  start(onOutput: (output: PumpOutput | null) => void): void;
  /** Empties the rings once more, then ends. Programs must be detached before. */
  stop(): void;
  /** Rows decoded so far, by table. */
  rows(): number[];
}

export interface BpfAddon {
  readonly BpfObject: new (bytes: Uint8Array, name: string) => BpfObject;
  readonly Pump: new (options: PumpOptions) => Pump;
  /**
   * Empties the rings without decoding: the bytes of their records, ring after ring, as
   * decodeRecords() of the decoder addon takes them. For fixtures; a pump must not read them too.
   */
  drainRaw(rings: readonly RingPlace[]): Uint8Array;
  captureLog(verbose: boolean): void;
  /** CLOCK_REALTIME, CLOCK_MONOTONIC and CLOCK_BOOTTIME, ns. */
  readClocks(): { readonly wall: bigint; readonly monotonic: bigint; readonly boot: bigint };
  /**
   * The absolute path of the cgroup (v2) with this id, as bytes, where `mount` is a descriptor in its
   * file system; null where there is none any more. Throws without CAP_DAC_READ_SEARCH.
   */
  cgroupPath(mount: number, id: bigint): Uint8Array | null;
  /** The value of an element of a map that is not per CPU; null where there is none. */
  lookupMap(fd: number, key: Uint8Array, valueBytes: number): Uint8Array | null;
  /** Descriptor of what is pinned at a path in a bpffs. */
  openPinned(path: string): number;
  /**
   * Has the kernel count runs and time of all programs, until the descriptor that this gives is
   * closed. Throws where that is not allowed.
   */
  enableStats(): number;
  /** Bytes of a page of memory. */
  pageBytes(): number;
  /** Descriptor of a tracefs of our own, mounted nowhere. */
  openTracefs(): number;
}

/** Loads the addon; says what to do where it was not built or does not load. */
export function loadBpfAddon(): BpfAddon {
  let addon: unknown;
  try {
    addon = loadAddon('bpfAddon');
  } catch (error) {
    throw new TracecapError(
      'unsupported',
      `cannot load the recorder's native part: ${reason(error)}; build it again with 'npm run build:native'`,
      { cause: error },
    );
  }
  if (!addon) throw notBuilt('native/build/bpf.node');
  return addon as BpfAddon;
}

/** Something that recording needs was not built. */
export function notBuilt(file: string): TracecapError {
  return new TracecapError(
    'unsupported',
    `this copy of tracecap cannot record: ${file} was not built; run 'sudo bin/setup' in its folder`,
  );
}

export function isBpfError(error: unknown): error is BpfError {
  return error instanceof Error && 'errno' in error && 'log' in error;
}
