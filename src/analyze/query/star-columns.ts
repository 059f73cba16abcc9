import type { ColumnDefinition } from 'better-sqlite3';
import type { Table } from '../../schema/table.js';

export interface StarTable {
  readonly table: Table;
  /** Names of its derived columns, in the order in which the database has them behind the others. */
  readonly derived: readonly string[];
}

/**
 * Positions of result columns that are there only because SQLite's `*` has generated columns too:
 * a run of all derived columns of a table right behind a run of all its own.
 */
export function derivedByStar(
  columns: readonly ColumnDefinition[],
  tables: readonly StarTable[],
): ReadonlySet<number> {
  const dropped = new Set<number>();
  for (let at = 0; at < columns.length; at++) {
    const star = tables.find((table) => startsRun(columns, at, table));
    if (!star) continue;
    const end = at + star.table.columns.length;
    for (let i = 0; i < star.derived.length; i++) dropped.add(end + i);
  }
  return dropped;
}

function startsRun(
  columns: readonly ColumnDefinition[],
  at: number,
  { table, derived }: StarTable,
): boolean {
  const run = [...table.columns.map((column) => column.name), ...derived];
  return run.every((name, i) => {
    const column = columns[at + i];
    return column?.table === table.name && column.column === name;
  });
}
