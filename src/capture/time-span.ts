/** Times of rows against the span that their segment claims, by which readers skip segments. */
import type { Vector } from 'apache-arrow';
import { Damage } from './damage.js';

/** Damage where a time of the column lies outside the span. ns since the Unix epoch. */
export function holdTimes(
  times: Vector,
  span: { readonly timeFrom: bigint; readonly timeTo: bigint },
): void {
  const data = times.data[0];
  if (!data || times.nullCount > 0) throw new Damage('has rows without a time');
  const values = data.values as BigInt64Array;
  const { earliest, latest } = extremes(values);
  if ((values[earliest] ?? 0n) < span.timeFrom || (values[latest] ?? 0n) > span.timeTo) {
    throw new Damage('has rows outside the time that it says it spans');
  }
}

/** Indices of the smallest and largest value. In halves, since a BigInt a row costs 20 times as much. */
function extremes(values: BigInt64Array): { earliest: number; latest: number } {
  const high = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  const low = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  let earliest = 0;
  let latest = 0;
  for (let i = 2; i < high.length; i += 2) {
    if (before(high, low, i, earliest)) earliest = i;
    else if (before(high, low, latest, i)) latest = i;
  }
  return { earliest: earliest / 2, latest: latest / 2 };
}

function before(high: Int32Array, low: Uint32Array, a: number, b: number): boolean {
  const difference = (high[a + 1] as number) - (high[b + 1] as number);
  return difference < 0 || (difference === 0 && (low[a] as number) < (low[b] as number));
}
