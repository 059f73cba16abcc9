/** A count with its thousands set apart: 1,234,567. */
export function count(n: number | bigint): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count with what is counted: `1 process`, `2 processes`. */
export function things(n: number | bigint, thing: string): string {
  const plural = thing.endsWith('s') ? `${thing}es` : `${thing}s`;
  return `${count(n)} ${Number(n) === 1 ? thing : plural}`;
}
