/** The clocks: events carry boot time, captures the time of day. */
import { readFileSync } from 'node:fs';
import type { ClockReading, ClockStep } from '../capture/format.js';
import type { BpfAddon } from './bpf-addon.js';

/** The three clocks now, as start.json and the manifest have them; boot time is the kernel's own. */
export function readClock(addon: BpfAddon, ahead = namespaceAhead()): ClockReading {
  const { wall, monotonic, boot } = addon.readClocks();
  return { wall_ns: `${wall}`, monotonic_ns: `${monotonic}`, boot_ns: `${boot - ahead}` };
}

/**
 * Nanoseconds by which boot time in our time namespace is ahead of the kernel's own, which events
 * carry (time_namespaces(7); since Linux 5.6, before there is no such file).
 */
export function namespaceAhead(path = '/proc/self/timens_offsets'): bigint {
  try {
    const offsets = readFileSync(path, 'utf8');
    const [, seconds = 0, ns = 0] = /^boottime\s+(-?\d+)\s+(\d+)/m.exec(offsets) ?? [];
    return BigInt(seconds) * 1_000_000_000n + BigInt(ns);
  } catch {
    return 0n;
  }
}

/**
 * Nanoseconds from boot time to the Unix epoch, as the recording's start saw them. Used for all of
 * it, so that a clock that is set in the middle cannot make time run backwards in a capture.
 */
export function timeOffset(start: ClockReading): bigint {
  return BigInt(start.wall_ns) - BigInt(start.boot_ns);
}

const LOOK_EVERY_MS = 1000;

/** NTP slews a clock by at most 0.5 ms a second (adjtimex(2)): more is a step. */
const LEAST_STEP_NS = 5_000_000n;

/** Watches for the time of day being set while a recording runs. */
export class ClockWatch {
  readonly #addon: BpfAddon;
  readonly #steps: ClockStep[] = [];
  #offset: bigint;
  readonly #timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();

  constructor(addon: BpfAddon, start: ClockReading) {
    this.#addon = addon;
    this.#offset = timeOffset(start);
  }

  /** Looks once more, and ends. */
  stop(): ClockStep[] {
    clearInterval(this.#timer);
    this.#look();
    return this.#steps;
  }

  #look(): void {
    const now = readClock(this.#addon);
    const by = timeOffset(now) - this.#offset;
    this.#offset += by;
    if (by < LEAST_STEP_NS && by > -LEAST_STEP_NS) return;
    this.#steps.push({ boot_ns: now.boot_ns, by_ns: `${by}` });
  }
}
