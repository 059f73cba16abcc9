/**
 * Columns that follow from others, in every table that has what they follow from: `error`, `time`
 * and `t_ns`. They can be named in any query but are in no `select *`.
 */
import type { Database } from 'better-sqlite3';
import type { Column, Table } from '../../schema/table.js';
import { errnoName } from '../../shared/errno.js';
import { isoTime } from '../../shared/iso-time.js';
import { quoted } from './quoted.js';

export interface DerivedColumn {
  readonly name: string;
  readonly doc: string;
  /** The column that it follows from. */
  readonly from: string;
  /** Its declaration in `create table` or after `add column`. */
  readonly declaration: string;
}

/** The derived columns that a table can have; startNs is the recording's start on the wall clock. */
export function derivedColumns(table: Table, startNs: bigint): DerivedColumn[] {
  const result = table.columns.find((column) => column.kind === 'tc_result');
  const time = table.columns.find((column) => column.name === table.time);
  const derived = [
    ...(result ? [errorColumn(result)] : []),
    ...(time?.type === 'timestamp[ns, UTC]' ? timeColumns(time, startNs) : []),
  ];
  const own = new Set(table.columns.map((column) => column.name.toLowerCase()));
  return derived.filter((column) => !own.has(column.name));
}

/** The functions that the declarations call. */
export function defineFunctions(database: Database): void {
  const options = { deterministic: true, safeIntegers: true };
  database.function('_error', options, (result) =>
    typeof result === 'bigint' && result < 0n ? errnoName(Number(-result)) : null,
  );
  database.function('_time', options, (time) => (typeof time === 'bigint' ? isoTime(time) : null));
}

function errorColumn({ name }: Column): DerivedColumn {
  const doc = `name of the error in ${name}; null on success`;
  return generated('error', 'text', `_error(${quoted(name)})`, { doc, from: name });
}

function timeColumns({ name }: Column, startNs: bigint): DerivedColumn[] {
  const [iso, since] = [
    `${name} in ISO 8601, UTC`,
    `nanoseconds from the recording's start to ${name}`,
  ];
  return [
    generated('time', 'text', `_time(${quoted(name)})`, { doc: iso, from: name }),
    generated('t_ns', 'integer', `${quoted(name)} - ${startNs}`, { doc: since, from: name }),
  ];
}

function generated(
  name: string,
  type: string,
  expression: string,
  about: Pick<DerivedColumn, 'doc' | 'from'>,
): DerivedColumn {
  const declaration = `${quoted(name)} ${type} generated always as (${expression}) virtual`;
  return { name, declaration, ...about };
}
