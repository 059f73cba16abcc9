/** What a capture is, without a look at its rows: the answer of `tracecap info`. */
import type { ClockReading, Manifest, Start } from '../capture/format.js';
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
type ClockInfo = { readonly [K in keyof ClockReading]: bigint };

export interface Info {
  /** start.json and manifest.json in one; what only a manifest has is null without one. */
  readonly manifest: Omit<Start, 'clock' | 'sources'> &
    Nullable<Pick<Manifest, 'end_reason' | 'end_detail' | 'users'>> & {
      readonly clock: ClockInfo;
      readonly end_clock: ClockInfo | null;
      readonly sources: readonly SourceInfo[];
    };
  readonly sources: readonly SourceInfo[];
  readonly cost: Nullable<Manifest['cost']> & { readonly programs: readonly never[] };
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
      sources,
    },
    sources,
    cost: {
      recorder_cpu_ns: manifest?.cost.recorder_cpu_ns ?? null,
      recorder_peak_rss_bytes: manifest?.cost.recorder_peak_rss_bytes ?? null,
      programs: [],
    },
    completeness,
  };
}

function sourcesOf(capture: Capture, { lost_by_source }: Completeness): SourceInfo[] {
  const { start, manifest } = capture;
  return start.sources.map(({ name, hooks }) => {
    const end = manifest?.sources.find((source) => source.name === name);
    const counted = () => capture.segments(name).reduce((sum, { rows }) => sum + rows, 0);
    const [rows, bytes] = [end?.rows ?? counted(), end?.bytes ?? null];
    return { name, hooks, rows, bytes, lost: lost_by_source[name] ?? 0n };
  });
}

function clockInfo({ wall_ns, monotonic_ns, boot_ns }: ClockReading): ClockInfo {
  return {
    wall_ns: BigInt(wall_ns),
    monotonic_ns: BigInt(monotonic_ns),
    boot_ns: BigInt(boot_ns),
  };
}
