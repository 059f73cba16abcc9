/** SQL over a capture: finds out what a statement reads, loads only that, and runs it. */
import type { Database, Statement } from 'better-sqlite3';
import type { Capture } from '../../capture/open.js';
import type { Table } from '../../schema/table.js';
import { reason, TracecapError } from '../../shared/errors.js';
import { formatSize } from '../../shared/size.js';
import { bareSql } from './bare-sql.js';
import { loadTable } from './load-table.js';
import { neededColumns } from './needed-columns.js';
import { openDatabase } from './open-database.js';
import { Schema } from './schema.js';
import { sqlError } from './sql-error.js';
import { shownColumns } from './star-columns.js';

/** What the loaded tables may take: a stranger's small file can hold a thousand times its size. */
const MAX_LOADED_BYTES = 1 << 30;
/** What the texts and blobs of one row of a result may take: escaped they become several times as large. */
const MAX_ROW_BYTES = 64 << 20;

/** Integers are bigint, with all 64 bits; numbers are reals. */
export type SqlValue = string | number | bigint | null | Uint8Array;

export interface Query {
  readonly columns: readonly string[];
  /** Names of the tables that the statement reads. */
  readonly tables: readonly string[];
  /** The rows, one at a time. Can be asked for once. */
  rows(): Generator<readonly SqlValue[]>;
  close(): void;
}

/**
 * Prepares one reading statement and loads the tables that it names. knownTables: tables that
 * can be named, as empty ones, although the capture does not have them. Throws `usage`, with
 * SQLite's words, for whatever is wrong with the SQL, and where the columns that it reads take more
 * than `maxBytes`; `unsupported` without better-sqlite3. Time and temporary memory of the statement
 * have no bound: they are its author's own.
 */
export async function openQuery(
  capture: Capture,
  sql: string,
  knownTables: readonly Table[] = [],
  maxBytes: number = MAX_LOADED_BYTES,
): Promise<Query> {
  refusePragma(sql);
  const database = await openDatabase(maxBytes);
  try {
    const schema = new Schema(database, capture, knownTables);
    const statement = prepare(database, sql, schema);
    holdSize(maxBytes, () => {
      for (const { table, derived } of schema.declared) {
        loadTable(database, capture, table, neededColumns(table, derived, sql));
      }
    });
    database.pragma('query_only = on');
    return queryOf(database, statement, schema);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A pragma asks about the database in memory, which is not the capture, or changes it. */
function refusePragma(sql: string): void {
  const statement = bareSql(sql);
  if (!/^[\s;]*(explain\s+(query\s+plan\s+)?)?pragma\b/i.test(statement)) return;
  throw sqlError('pragma is not allowed: tracecap info --schema tells tables and columns');
}

/** Runs what loads; SQLite's SQLITE_FULL becomes words that tell what to do. */
function holdSize(maxBytes: number, load: () => void): void {
  try {
    load();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'SQLITE_FULL') throw error;
    const size = formatSize(maxBytes);
    throw sqlError(`the columns that it reads take more than ${size}; name fewer columns`, error);
  }
}

/**
 * Prepares until nothing is missing. The derived columns come last, so that `*` in a statement
 * that does not name them is exactly the table's own columns, in unions and joins too.
 */
function prepare(database: Database, sql: string, schema: Schema): Statement {
  for (;;) {
    try {
      const statement = reading(database.prepare(sql));
      if (schema.derived) refuseNaturalJoin(sql);
      return statement;
    } catch (error) {
      if (error instanceof TracecapError) throw error;
      const table = /^no such table: (?:main\.)?(.+)$/s.exec(reason(error))?.[1];
      if (table !== undefined) schema.declare(table);
      else if (schema.derived) throw sqlError(reason(error), error);
      else schema.addDerived();
    }
  }
}

/** It would join by the derived columns too, and lose every row where one of them is null. */
function refuseNaturalJoin(sql: string): void {
  if (!/\bnatural\s+(\w+\s+){0,2}join\b/i.test(bareSql(sql))) return;
  throw sqlError('natural join does not go with error, time and t_ns; use join … using (…)');
}

/** `readonly` alone lets ATTACH through, and `reader` alone INSERT … RETURNING. */
function reading(statement: Statement): Statement {
  if (!statement.reader || !statement.readonly) {
    throw sqlError('only a statement that reads is allowed, such as select');
  }
  return withoutParameters(statement);
}

/** Binds nothing, which goes well only where nothing is to be bound. */
function withoutParameters(statement: Statement): Statement {
  try {
    return statement.bind();
  } catch (error) {
    throw sqlError('parameters (?, :name) are not supported; write the values themselves', error);
  }
}

function queryOf(database: Database, statement: Statement, schema: Schema): Query {
  const columns = shownColumns(statement.columns());
  return {
    columns: columns.map(({ name }) => name),
    tables: schema.declared.map(({ table }) => table.name),
    *rows() {
      for (const row of evaluated(statement)) {
        const values = columns.map(({ at }) => row[at] as SqlValue);
        holdRow(values);
        yield values;
      }
    },
    close: () => database.close(),
  };
}

function holdRow(values: readonly SqlValue[]): void {
  // A character is three bytes at most, so that nearly every row is told by the lengths alone.
  if (3 * sum(values, (value) => value.length) <= MAX_ROW_BYTES) return;
  if (sum(values, (value) => Buffer.byteLength(value)) <= MAX_ROW_BYTES) return;
  const size = formatSize(MAX_ROW_BYTES);
  throw sqlError(`a row of the result is larger than ${size}; ask for less of it`);
}

/** Of the texts and blobs. */
function sum(values: readonly SqlValue[], size: (value: string | Uint8Array) => number): number {
  let total = 0;
  for (const value of values) {
    if (typeof value === 'string' || value instanceof Uint8Array) total += size(value);
  }
  return total;
}

/** Errors while rows are computed are the statement's; what the caller does between rows is not. */
function* evaluated(statement: Statement): Generator<readonly SqlValue[]> {
  const rows = attempt(() => statement.raw().safeIntegers().iterate());
  try {
    for (;;) {
      const { done, value } = attempt(() => rows.next());
      if (done) return;
      yield value as readonly SqlValue[];
    }
  } finally {
    rows.return?.();
  }
}

function attempt<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw sqlError(reason(error), error);
  }
}
