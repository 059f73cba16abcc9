import type { Table } from '../../schema/table.js';
import { bareSql } from './bare-sql.js';
import type { DerivedColumn } from './derived-columns.js';

/**
 * What can stand for columns without naming them: `*`, `natural join`, and `in` before a table
 * instead of a list. `count(*)` needs none.
 */
const UNNAMED = /\*|\bnatural\b|\bin\b(?!\s*\()/i;
const COUNT_ALL = /\bcount\s*\(\s*\*\s*\)/gi;

/**
 * The columns of a table that an SQL text may read: loading only these is most of what makes a
 * query fast. Errs only on the side of too many: a column is left out only where its name occurs
 * nowhere in the text and nothing in it stands for all columns. (Names of columns are lower case.)
 */
export function neededColumns(
  table: Table,
  derived: readonly DerivedColumn[],
  sql: string,
): readonly string[] {
  const all = table.columns.map((column) => column.name);
  if (UNNAMED.test(bareSql(sql).replace(COUNT_ALL, ''))) return all;
  const text = sql.toLowerCase();
  const occurs = (name: string) => text.includes(name);
  const from = new Set(derived.filter((column) => occurs(column.name)).map((c) => c.from));
  const needed = all.filter((name) => from.has(name) || occurs(name));
  return needed.length > 0 ? needed : all.slice(0, 1);
}
