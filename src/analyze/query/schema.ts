/** The tables that a statement turns out to need, each declared when SQLite misses it. */
import type { Database } from 'better-sqlite3';
import type { Capture } from '../../capture/open.js';
import type { ColumnType } from '../../schema/kinds.js';
import type { Table } from '../../schema/table.js';
import { reason, TracecapError } from '../../shared/errors.js';
import { type DerivedColumn, derivedColumns } from './derived-columns.js';
import { quoted } from './quoted.js';
import { sqlError } from './sql-error.js';
import { endOfStar } from './star-columns.js';
import { queryableTables } from './tables.js';

export interface Declared {
  readonly table: Table;
  readonly derived: readonly DerivedColumn[];
}

export class Schema {
  readonly declared: Declared[] = [];
  /** Whether the derived columns are declared too. Only once a statement does not do without. */
  derived = false;
  readonly #database: Database;
  readonly #startNs: bigint;
  readonly #tables: ReadonlyMap<string, Table>;

  constructor(database: Database, capture: Capture, knownTables: readonly Table[]) {
    this.#database = database;
    this.#startNs = BigInt(capture.start.clock.wall_ns);
    const tables = queryableTables(capture, knownTables);
    this.#tables = new Map(tables.map((table) => [table.name, table]));
  }

  declare(name: string): void {
    const table = this.#tables.get(name.toLowerCase());
    if (!table) {
      const names = [...this.#tables.values()].map((known) => known.name).join(', ');
      throw sqlError(`no such table: ${name}; the tables are ${names}`);
    }
    const derived = derivedColumns(table, this.#startNs);
    const columns = table.columns.map((c) => `${quoted(c.name)} ${affinity(c.type)}`);
    if (this.derived) columns.push(...generated(derived));
    this.#execute(table, `create table ${quoted(table.name)} (${columns.join(', ')})`);
    this.declared.push({ table, derived });
  }

  addDerived(): void {
    this.derived = true;
    for (const { table, derived } of this.declared) {
      for (const declaration of generated(derived)) {
        this.#execute(table, `alter table ${quoted(table.name)} add column ${declaration}`);
      }
    }
  }

  /** Names come from the capture, and not every name can be a table's or a column's. */
  #execute(table: Table, sql: string): void {
    try {
      this.#database.exec(sql);
    } catch (error) {
      const what = `table ${table.name} of this capture cannot be queried`;
      throw new TracecapError('bad-capture', `${what}: ${reason(error)}`, { cause: error });
    }
  }
}

function generated(derived: readonly DerivedColumn[]): string[] {
  return [...derived.map((column) => column.declaration), endOfStar(derived)];
}

const TEXT_TYPES: readonly ColumnType[] = ['utf8', 'dictionary<utf8>', 'list<utf8>', 'enum'];

function affinity(type: ColumnType): string {
  return TEXT_TYPES.includes(type) ? 'text' : 'integer';
}
