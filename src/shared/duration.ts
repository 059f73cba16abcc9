const NS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/**
 * Parses `500ms`, `60s`, `5m`, `1h30m`, or a bare number of seconds, to nanoseconds. Throws an
 * Error that says what a duration looks like.
 */
export function parseDuration(text: string): number {
  const wrong = new Error(`'${text}' is no duration: write 500ms, 60s, 5m or 1h30m`);
  if (/^\d+(\.\d+)?$/.test(text)) return positive(Number(text) * 1e9, wrong);
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) throw wrong;
  return positive(
    parts.reduce((sum, [, value, unit]) => sum + Number(value) * (NS_PER_UNIT[unit ?? ''] ?? 0), 0),
    wrong,
  );
}

function positive(ns: number, wrong: Error): number {
  if (!(ns > 0 && Number.isFinite(ns))) throw wrong;
  return Math.round(ns);
}
