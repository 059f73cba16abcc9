/** Fills a table of the database with a capture's rows. */
import type { Database, Statement } from 'better-sqlite3';
import type { Capture, Segment } from '../../capture/open.js';
import type { Table } from '../../schema/table.js';
import { columnValues, type Value } from '../column-values.js';
import { quoted } from './quoted.js';

/** Rows in one insert: the cost of a call is shared by them, and more gain nothing. */
const ROWS_AT_ONCE = 50;
/** Characters of text that wait for others to be inserted with: better-sqlite3 copies all of them. */
const TEXT_AT_ONCE = 1 << 20;
/** SQLITE_MAX_VARIABLE_NUMBER's default. */
const MOST_VARIABLES = 32_766;

/** Inserts the named columns of all the table's rows; the other columns stay null. */
export function loadTable(
  database: Database,
  capture: Capture,
  table: Table,
  columns: readonly string[],
): void {
  const atOnce = Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(MOST_VARIABLES / columns.length)));
  const many = insertion(database, table, columns, atOnce);
  const one = insertion(database, table, columns, 1);
  const insert = inserter(many, atOnce, one, columns.length);
  database.transaction(() => {
    for (const segment of capture.segments(table.name)) {
      const read = readers(segment, columns);
      insert(segment.rows, (row, column) => (read[column] as Reader)(row));
    }
  })();
}

type Reader = (row: number) => Value;

function readers(segment: Segment, columns: readonly string[]): Reader[] {
  const types = new Map(segment.table.columns.map(({ name, type }) => [name, type]));
  return segment.read(columns).map((vector, i) => {
    const type = types.get(columns[i] as string);
    if (!type) throw new Error(`${segment.table.name}: segment without column ${columns[i]}`);
    return columnValues(vector, type);
  });
}

function insertion(
  database: Database,
  table: Table,
  columns: readonly string[],
  rows: number,
): Statement {
  const row = `(${columns.map(() => '?').join(',')})`;
  const names = columns.map(quoted).join(',');
  const values = Array(rows).fill(row).join(',');
  return database.prepare(`insert into ${quoted(table.name)} (${names}) values ${values}`);
}

type Insert = (rows: number, valueAt: (row: number, column: number) => Value) => void;

/** Inserts rows by many at once, and one by one the last ones and those that are long. */
function inserter(many: Statement, atOnce: number, one: Statement, columns: number): Insert {
  const values: Value[] = new Array(atOnce * columns);
  let [waiting, text] = [0, 0];
  const flush = () => {
    if (waiting === atOnce) many.run(values);
    else {
      for (let row = 0; row < waiting; row++) {
        one.run(values.slice(row * columns, (row + 1) * columns));
      }
    }
    [waiting, text] = [0, 0];
  };
  return (rows, valueAt) => {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = valueAt(row, column);
        if (typeof value === 'string') text += value.length;
        values[waiting * columns + column] = value;
      }
      waiting++;
      if (waiting === atOnce || text > TEXT_AT_ONCE) flush();
    }
    flush();
  };
}
