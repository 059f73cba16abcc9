/** The clocks: events carry boot time, captures the time of day. */
import type { ClockReading } from '../capture/format.js';
import type { BpfAddon } from './bpf-addon.js';

/** The three clocks now, as start.json and the manifest have them. */
export function readClock(addon: BpfAddon): ClockReading {
  const { wall, monotonic, boot } = addon.readClocks();
  return { wall_ns: `${wall}`, monotonic_ns: `${monotonic}`, boot_ns: `${boot}` };
}

/**
 * Nanoseconds from boot time to the Unix epoch, as the recording's start saw them. Used for all of
 * it, so that a clock that is set in the middle cannot make time run backwards in a capture.
 */
export function timeOffset(start: ClockReading): bigint {
  return BigInt(start.wall_ns) - BigInt(start.boot_ns);
}
