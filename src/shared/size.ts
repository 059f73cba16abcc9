const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** Parses `16MiB`, `100MB`, `4096` to bytes. Throws an Error that says what a size looks like. */
export function parseSize(text: string): number {
  const [, value, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text) ?? [];
  const factor = BYTES_PER_UNIT[unit ?? '?'];
  const bytes = Number(value) * (factor ?? Number.NaN);
  if (!(bytes > 0)) throw new Error(`'${text}' is no size: write 16MiB, 100MB or 4096`);
  return Math.round(bytes);
}

/** Bytes in words, three digits or so: `4.1 kB`, `16 MiB` only where it is one exactly. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
