import { randomBytes } from 'node:crypto';

/** What a free place holds where a pair has its first number. */
const FREE = -1;

/**
 * Pairs whose first numbers differ only in these lowest bits have neighbouring places, in one cache
 * line: a process opens the files that another opened, in much the same order.
 */
const NEIGHBOUR_BITS = 3;
const NEIGHBOURS = 1 << NEIGHBOUR_BITS;

/**
 * A set of pairs of a number from 0 and any 32-bit integer, in one typed array: no object, string
 * or BigInt a pair, one cache line a look-up. Its hash is multiply-shift with secret multipliers
 * (Dietzfelbinger et al. 1997), so that no stranger's capture can be made of pairs that collide.
 */
export class PairSet {
  /** 2^bits places of two integers, at most half of them taken. */
  #bits = 12;
  #places = new Int32Array(2 << this.#bits).fill(FREE);
  #size = 0;
  // Odd, as multiply-shift needs them.
  readonly #firstMultiplier = randomBytes(4).readInt32LE() | 1;
  readonly #secondMultiplier = randomBytes(4).readInt32LE() | 1;

  get size(): number {
    return this.#size;
  }

  /** Adds the pair; false if it was there already. */
  add(first: number, second: number): boolean {
    const places = this.#places;
    const at = this.#find(first, second);
    if (places[at] !== FREE) return false;
    places[at] = first;
    places[at + 1] = second;
    this.#size++;
    if (this.#size > 1 << (this.#bits - 1)) this.#grow();
    return true;
  }

  /** Index of the place that holds the pair, or of the free one that it would take. */
  #find(first: number, second: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    const hash =
      Math.imul(first >> NEIGHBOUR_BITS, this.#firstMultiplier) +
      Math.imul(second, this.#secondMultiplier);
    const group = (hash | 0) >>> (32 + NEIGHBOUR_BITS - this.#bits);
    let at = (group * NEIGHBOURS + (first & (NEIGHBOURS - 1))) * 2;
    while (places[at] !== FREE && (places[at] !== first || places[at + 1] !== second)) {
      at = (at + 2) & mask;
    }
    return at;
  }

  #grow(): void {
    const places = this.#places;
    this.#bits++;
    this.#places = new Int32Array(2 << this.#bits).fill(FREE);
    for (let from = 0; from < places.length; from += 2) {
      if (places[from] === FREE) continue;
      const to = this.#find(places[from] as number, places[from + 1] as number);
      this.#places[to] = places[from] as number;
      this.#places[to + 1] = places[from + 1] as number;
    }
  }
}
