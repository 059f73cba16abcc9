/** Durations and sizes for people: three digits are enough. */

/** `412 ns`, `1.53 ms`, `60.0 s`, `12m 03s`, `3h 05m`. */
export function durationText(ns: bigint): string {
  if (ns < 0n) return `-${durationText(-ns)}`;
  if (ns < 1000n) return `${ns} ns`;
  const seconds = Number(ns) / 1e9;
  if (seconds < 1e-3) return `${threeDigits(seconds * 1e6)} µs`;
  if (seconds < 1) return `${threeDigits(seconds * 1e3)} ms`;
  if (seconds < 120) return `${threeDigits(seconds)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours}h ${twoDigits(minutes)}m`;
  return `${minutes}m ${twoDigits(whole % 60)}s`;
}

/** `512 B`, `1.21 MiB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const scaled = bytes / 1024 ** power;
  return `${power === 0 ? bytes : threeDigits(scaled)} ${units[power]}`;
}

function threeDigits(n: number): string {
  if (n >= 99.95) return String(Math.round(n));
  return n.toFixed(n >= 9.995 ? 1 : 2);
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
