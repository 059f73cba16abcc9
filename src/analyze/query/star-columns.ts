import type { ColumnDefinition } from 'better-sqlite3';
import type { Table } from '../../schema/table.js';

export interface StarTable {
  readonly table: Table;
  /** Names of its derived columns, in the order in which the database has them behind the others. */
  readonly derived: readonly string[];
}

/**
 * Positions of result columns that are there only because SQLite's `*` has generated columns too:
 * those derived ones that end a run of all the columns of their table. A run may lack what the
 * statement joins by, as `*` has that only once.
 */
export function derivedByStar(
  columns: readonly ColumnDefinition[],
  tables: readonly StarTable[],
  sql: string,
): ReadonlySet<number> {
  const dropped = new Set<number>();
  if (!sql.includes('*')) return dropped;
  const merged = joinedBy(sql);
  for (let at = 0; at < columns.length; at++) {
    const star = tables.find(({ table }) => table.name === columns[at]?.table);
    if (!star) continue;
    for (const offset of derivedOfRun(columns.slice(at), star, merged)) dropped.add(at + offset);
  }
  return dropped;
}

/** The names in all `using (…)`. */
function joinedBy(sql: string): ReadonlySet<string> {
  const lists = [...sql.toLowerCase().matchAll(/\busing\s*\(([^)]*)\)/g)];
  return new Set(lists.flatMap(([, names]) => names?.match(/\w+/g) ?? []));
}

/** Offsets of the derived columns of the run that the columns begin with, if they do. */
function derivedOfRun(
  columns: readonly ColumnDefinition[],
  { table, derived }: StarTable,
  merged: ReadonlySet<string>,
): readonly number[] {
  const found: number[] = [];
  let at = 0;
  for (const name of [...table.columns.map((column) => column.name), ...derived]) {
    const column = columns[at];
    if (column?.table === table.name && column.column === name) {
      if (derived.includes(name)) found.push(at);
      at++;
    } else if (!merged.has(name)) {
      return [];
    }
  }
  return found;
}
