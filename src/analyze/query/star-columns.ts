/**
 * The derived columns are in no `*`, but to SQLite they are columns like others. So behind them each
 * table has one more, which nobody names: where it stands in a result, a `*` put it there, together
 * with the derived columns before it.
 */
import type { ColumnDefinition } from 'better-sqlite3';
import type { DerivedColumn } from './derived-columns.js';
import { quoted } from './quoted.js';

/** A column of the result that is shown. */
export interface ShownColumn {
  readonly name: string;
  /** Its position among all that SQLite gives. */
  readonly at: number;
}

/** No column of a capture begins so. */
const END = '*';

/** Declares the column behind a table's derived ones; its name says which those are. */
export function endOfStar(derived: readonly DerivedColumn[]): string {
  const name = `${END}${derived.map((column) => column.name).join()}`;
  return `${quoted(name)} generated always as (null) virtual`;
}

/** The columns of a result without what is there only because `*` has the derived columns too. */
export function shownColumns(columns: readonly ColumnDefinition[]): ShownColumn[] {
  const hidden = new Set<number>();
  columns.forEach((column, at) => {
    const origin = originOf(column);
    if (!origin.startsWith(END)) return;
    hidden.add(at);
    // What the statement joins by is in `*` only once, so that some may be missing here.
    let before = at - 1;
    for (const name of origin.slice(END.length).split(',').reverse()) {
      const found = columns[before];
      if (found && originOf(found) === name) hidden.add(before--);
    }
  });
  return columns
    .map((column, at) => ({ name: nameOf(column), at }))
    .filter(({ at }) => !hidden.has(at));
}

/** The name of the table's column that this one is, through subqueries. */
function originOf({ column, name }: ColumnDefinition): string {
  return withoutNumber(column ?? name);
}

/** SQLite numbers the columns of a subquery that have one name: `time`, `time:1`. */
function nameOf(column: ColumnDefinition): string {
  const origin = originOf(column);
  return withoutNumber(column.name) === origin ? origin : column.name;
}

function withoutNumber(name: string): string {
  return name.replace(/:\d+$/, '');
}
