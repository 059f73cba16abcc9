/** A duration for people, in three digits: `412 ns`, `1.53 ms`, `60.0 s`, `12m 03s`, `3h 05m`. */
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

function threeDigits(n: number): string {
  if (n >= 99.95) return String(Math.round(n));
  return n.toFixed(n >= 9.995 ? 1 : 2);
}

function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
