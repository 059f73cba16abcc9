const NS_PER_MS = 1_000_000n;

/** ISO 8601 in UTC with nine digits, of nanoseconds since the Unix epoch. */
export function isoTime(ns: bigint): string {
  const sinceMs = ((ns % NS_PER_MS) + NS_PER_MS) % NS_PER_MS;
  // 64 bits of nanoseconds are 584 years: always within what Date can say.
  const toMs = new Date(Number((ns - sinceMs) / NS_PER_MS)).toISOString();
  return `${toMs.slice(0, -1)}${String(sinceMs).padStart(6, '0')}Z`;
}
