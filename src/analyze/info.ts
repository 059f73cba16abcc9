/** What a capture is, without a look at its rows: the answer of `tracecap info`. */
import type { ClockReading, ClockStep, Manifest, Start } from '../capture/format.js';
import type { Capture } from '../capture/open.js';
import { type Completeness, completenessOf } from './completeness.js';

export interface SourceInfo {
  readonly name: string;
  readonly hooks: readonly string[];
  /** Of an unfinished capture, counted from its segments. */
  readonly rows: number;
  /** Bytes of its segments in the file; null: not known without a manifest. */
  readonly bytes: number | null;
  readonly lost: bigint;
}

/** Integers, also those that start.json and manifest.json hold as text. */
type ClockStepInfo = { readonly [K in keyof ClockStep]: bigint };
type ClockInfo = { readonly [K in keyof ClockReading]: bigint };

export interface Info {
  /** start.json and manifest.json in one; what only a manifest has is null without one. */
  readonly manifest: Omit<Start, 'clock' | 'sources'> &
    Nullable<Pick<Manifest, 'end_reason' | 'end_detail' | 'users'>> & {
      readonly clock_steps: readonly ClockStepInfo[] | null;
      readonly clock: ClockInfo;
      readonly end_clock: ClockInfo | null;
      readonly sources: readonly SourceInfo[];
    };
  readonly sources: readonly SourceInfo[];
  readonly cost: Nullable<Required<Manifest['cost']>>;
  readonly completeness: Completeness;
}

type Nullable<T> = { readonly [K in keyof T]: T[K] | null };

export function captureInfo(capture: Capture): Info {
  const { start, manifest } = capture;
  const completeness = completenessOf(capture);
  const sources = sourcesOf(capture, completeness);
  return {
    manifest: {
      ...start,
      clock: clockInfo(start.clock),
      end_clock: manifest && clockInfo(manifest.clock),
      end_reason: manifest?.end_reason ?? null,
      end_detail: manifest?.end_detail ?? null,
      users: manifest?.users ?? null,
      clock_steps: manifest && (manifest.clock_steps ?? []).map(clockStepInfo),
      sources,
    },
    sources,
    cost: {
      recorder_cpu_ns: manifest?.cost.recorder_cpu_ns ?? null,
      recorder_peak_rss_bytes: manifest?.cost.recorder_peak_rss_bytes ?? null,
      programs: manifest?.cost.programs ?? null,
    },
    completeness,
  };
}

function sourcesOf(capture: Capture, { lost_by_source }: Completeness): SourceInfo[] {
  const { start, manifest } = capture;
  return start.sources.map(({ name, hooks }) => {
    const end = manifest?.sources.find((source) => source.name === name);
    const [rows, bytes] = [end?.rows ?? rowsOf(capture, name), end?.bytes ?? null];
    return { name, hooks, rows, bytes, lost: lost_by_source[name] ?? 0n };
  });
}

/** Rows of a table, by its segments' own account. */
export function rowsOf(capture: Capture, table: string): number {
  return capture.segments(table).reduce((sum, { rows }) => sum + rows, 0);
}

function clockStepInfo({ boot_ns, by_ns }: ClockStep): ClockStepInfo {
  return { boot_ns: BigInt(boot_ns), by_ns: BigInt(by_ns) };
}

function clockInfo({ wall_ns, monotonic_ns, boot_ns }: ClockReading): ClockInfo {
  return {
    wall_ns: BigInt(wall_ns),
    monotonic_ns: BigInt(monotonic_ns),
    boot_ns: BigInt(boot_ns),
  };
}
