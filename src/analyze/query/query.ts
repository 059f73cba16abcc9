/** SQL over a capture: finds out what a statement reads, loads only that, and runs it. */
import type { Database, Statement } from 'better-sqlite3';
import type { Capture } from '../../capture/open.js';
import type { Table } from '../../schema/table.js';
import { reason, TracecapError } from '../../shared/errors.js';
import { loadTable } from './load-table.js';
import { neededColumns } from './needed-columns.js';
import { openDatabase } from './open-database.js';
import { Schema } from './schema.js';
import { sqlError } from './sql-error.js';
import { derivedByStar } from './star-columns.js';

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
 * SQLite's words, for whatever is wrong with the SQL and `unsupported` without better-sqlite3.
 */
export async function openQuery(
  capture: Capture,
  sql: string,
  knownTables: readonly Table[] = [],
): Promise<Query> {
  refusePragma(sql);
  const database = await openDatabase();
  try {
    const schema = new Schema(database, capture, knownTables);
    const statement = prepare(database, sql, schema);
    for (const { table, derived } of schema.declared) {
      loadTable(database, capture, table, neededColumns(table, derived, sql));
    }
    database.pragma('query_only = on');
    return queryOf(database, statement, schema, sql);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A pragma asks about the database in memory, which is not the capture, or changes it. */
function refusePragma(sql: string): void {
  const statement = sql.replace(/^(\s|;|--[^\n]*(\n|$)|\/\*[\s\S]*?(\*\/|$))+/, '');
  if (!/^(explain\s+(query\s+plan\s+)?)?pragma\b/i.test(statement)) return;
  throw sqlError('pragma is not allowed: tracecap info --schema tells tables and columns');
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
  if (!/\bnatural\s+(\w+\s+){0,2}join\b/i.test(sql)) return;
  throw sqlError('natural join does not go with error, time and t_ns; use join … using (…)');
}

/** `readonly` alone lets ATTACH through, and `reader` alone INSERT … RETURNING. */
function reading(statement: Statement): Statement {
  if (statement.reader && statement.readonly) return statement;
  throw sqlError('only a statement that reads is allowed, such as select');
}

function queryOf(database: Database, statement: Statement, schema: Schema, sql: string): Query {
  const definitions = statement.columns();
  const tables = schema.declared.map(({ table, derived }) => ({
    table,
    derived: schema.derived ? derived.map((column) => column.name) : [],
  }));
  const hidden = schema.derived ? derivedByStar(definitions, tables, sql) : new Set<number>();
  const shown = <T>(values: readonly T[]): readonly T[] =>
    hidden.size === 0 ? values : values.filter((_, i) => !hidden.has(i));
  return {
    columns: shown(definitions.map((column) => column.name)),
    tables: tables.map(({ table }) => table.name),
    *rows() {
      for (const row of evaluated(statement)) yield shown(row);
    },
    close: () => database.close(),
  };
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
