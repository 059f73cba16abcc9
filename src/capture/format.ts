/**
 * What a capture is made of: names, version and the two JSON documents. Types and constants only,
 * shared by writer and reader. docs/capture-format.md says the same in words.
 */
import type { Table } from '../schema/table.js';

/** Readers refuse a newer version; within one, only additions. */
export const FORMAT_VERSION = 1;

export const README_ENTRY = 'README.txt';
export const START_ENTRY = 'start.json';
export const MANIFEST_ENTRY = 'manifest.json';
/** Where a later version 1.x may put entries of new sorts; readers ignore what stands there. */
export const EXTRA_PREFIX = 'extra/';

/** The name of a table's n-th segment, n from 1. */
export function segmentEntry(table: string, n: number): string {
  return `${table}/${String(n).padStart(6, '0')}.arrows`;
}

/** Keys of the Arrow schema's metadata in a segment: decimal text. */
export const SEGMENT_ROWS = 'tracecap.rows';
export const SEGMENT_TIME_FROM = 'tracecap.ts_from';
export const SEGMENT_TIME_TO = 'tracecap.ts_to';

/** The bounds of the format, so that a reader knows how much a stranger's file can ask of it. */
export const MAX_SEGMENT_ROWS = 1 << 20;
/** Bytes of a segment, and of what one reading of it may decompress to. */
export const MAX_SEGMENT_BYTES = 64 << 20;
/** Bytes of one text: 1 MiB is the most that is kept of a program's arguments, each byte spelt `\xNN`. */
export const MAX_TEXT_BYTES = 4 << 20;
/** Bytes of one list, four of them for each of its texts: 2 MiB of arguments, whatever they are. */
export const MAX_LIST_BYTES = 8 << 20;
/** Entries of a capture: eleven days of a segment a second. */
export const MAX_ENTRIES = 1_000_000;
/** Bytes of start.json or manifest.json. */
export const MAX_DOCUMENT_BYTES = 16 << 20;
/** Lists and objects within each other in start.json or manifest.json. */
export const MAX_DOCUMENT_DEPTH = 32;

/** A 64-bit count of nanoseconds as decimal text: a JSON number would lose digits. */
export type Nanoseconds = string;

/** The three clocks read together. */
export interface ClockReading {
  /** CLOCK_REALTIME, since the Unix epoch. */
  readonly wall_ns: Nanoseconds;
  readonly monotonic_ns: Nanoseconds;
  readonly boot_ns: Nanoseconds;
}

/** The recorded machine. null: could not be read. */
export interface Host {
  readonly name: string;
  /** SHA-256 of /etc/machine-id, so that hosts can be told apart but not found. */
  readonly machine_id_sha256: string | null;
  readonly boot_id: string | null;
  readonly kernel: string;
  readonly kernel_version: string;
  readonly architecture: string;
  readonly distribution: string | null;
  readonly cpus: number;
  readonly memory_bytes: number;
  readonly virtualization: string | null;
  readonly time_zone: string;
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface SourceStart {
  readonly name: string;
  /** Hooks in use: `program@tracepoint`. */
  readonly hooks: readonly string[];
  /** The BPF object that was loaded, of those that are built of the source; absent: not noted. */
  readonly object?: string;
}

/** What stood in a source's way. */
export interface SourceRefusal {
  readonly name: string;
  readonly why: string;
  /** The tail of the verifier's log, where it was the verifier. */
  readonly verifier_log: string | null;
}

/** With secrets masked, as they were (--no-mask), or not at all (--no-argv). */
export type ArgumentsRecorded = 'masked' | 'whole' | 'none';

/** `start.json`: all that is known when the recording starts. */
export interface Start {
  readonly format_version: number;
  /** Version of tracecap that recorded. */
  readonly recorder: string;
  readonly command_line: readonly string[];
  /** What became of programs' arguments; absent: not noted. */
  readonly arguments?: ArgumentsRecorded;
  /** What the user says of the recording (--note, --label); absent in early captures. */
  readonly note?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly requested_by: {
    readonly uid: number;
    readonly sudo_user: string | null;
    readonly sudo_uid: number | null;
  };
  readonly clock: ClockReading;
  readonly host: Host;
  readonly sources: readonly SourceStart[];
  readonly refused: readonly SourceRefusal[];
  /** Filters by option name, as the user gave them. */
  readonly filters: Readonly<Record<string, string>>;
  /** pid namespace (inode number) whose numbers pid, tid and ppid are, and whether it is the first. */
  readonly pid_namespace: { readonly inode: number; readonly initial: boolean };
  readonly ring_bytes: number;
  readonly tables: readonly Table[];
}

export type EndReason = 'duration' | 'signal' | 'command ended' | 'disk full' | 'error';

export interface SourceEnd {
  readonly name: string;
  readonly rows: number;
  /** Bytes of the source's segments in the capture. */
  readonly bytes: number;
  readonly lost: number;
}

/** The time of day was set while the recording ran. */
export interface ClockStep {
  /** When that was noticed: at most a second later. */
  readonly boot_ns: Nanoseconds;
  /** By how much, forward or back (with -). */
  readonly by_ns: string;
}

/** What a BPF program cost. */
export interface ProgramCost {
  /** The source that it belongs to; `follow` for those that mark who is recorded. */
  readonly source: string;
  readonly program: string;
  readonly runs: number;
  readonly time_ns: number;
}

/** `manifest.json`: what happened. Its presence says that the recording finished. */
export interface Manifest {
  readonly clock: ClockReading;
  /** Rows keep to the clock as it was at the start. Absent in early captures. */
  readonly clock_steps?: readonly ClockStep[];
  readonly end_reason: EndReason;
  /** The signal, the errno or the exit status behind the reason. */
  readonly end_detail: string | null;
  readonly sources: readonly SourceEnd[];
  /** Names of the users whose uids were seen, as far as the host knew them. */
  readonly users: Readonly<Record<string, string>>;
  readonly cost: {
    readonly recorder_cpu_ns: number;
    readonly recorder_peak_rss_bytes: number;
    /** null: the kernel did not allow to count (CAP_SYS_ADMIN). Absent in early captures. */
    readonly programs?: readonly ProgramCost[] | null;
  };
}
