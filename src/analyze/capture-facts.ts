import type { Capture } from '../capture/open.js';

/** What every answer says of the capture that it is from. Times in ns since the Unix epoch. */
export interface CaptureFacts {
  readonly path: string;
  readonly format_version: number;
  readonly recorder: string;
  readonly host: string;
  readonly kernel: string;
  readonly start_ns: bigint;
  /** null: not finished, and without rows to tell how far it went. */
  readonly duration_ns: bigint | null;
}

export function captureFacts(capture: Capture): CaptureFacts {
  const { start } = capture;
  return {
    path: capture.path,
    format_version: start.format_version,
    recorder: start.recorder,
    host: start.host.name,
    kernel: start.host.kernel,
    start_ns: BigInt(start.clock.wall_ns),
    duration_ns: durationOf(capture),
  };
}

/**
 * By boot time, which no one sets and which counts while the machine sleeps; of an unfinished
 * capture, up to its last row.
 */
function durationOf(capture: Capture): bigint | null {
  const { start, manifest, tables } = capture;
  if (manifest) return BigInt(manifest.clock.boot_ns) - BigInt(start.clock.boot_ns);
  const wall = BigInt(start.clock.wall_ns);
  let last: bigint | null = null;
  for (const { name, time } of tables) {
    for (const { timeTo } of time === null ? [] : capture.segments(name)) {
      if (last === null || timeTo > last) last = timeTo;
    }
  }
  return last === null ? null : last - wall;
}
