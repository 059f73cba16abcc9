import type { KindName } from '../schema/kinds.js';
import type { ColumnBatch, Table } from '../schema/table.js';

/** The distinct values of one kind of integers that went by. */
export class SeenValues {
  readonly #kind: KindName;
  readonly #seen = new Set<number | bigint>();

  constructor(kind: KindName) {
    this.#kind = kind;
  }

  /** Looks through a batch; gives the values that were not seen before. */
  add(table: Table, batch: ColumnBatch): (number | bigint)[] {
    const known = this.#seen.size;
    table.columns.forEach(({ kind }, index) => {
      if (kind !== this.#kind) return;
      for (const value of batch.columns[index]?.values ?? []) this.#seen.add(value);
    });
    return [...this.#seen].slice(known);
  }

  get all(): (number | bigint)[] {
    return [...this.#seen];
  }
}
