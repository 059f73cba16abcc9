import type { Capture } from '../../capture/open.js';
import { OWN_TABLES } from '../../capture/own-tables.js';
import type { Table } from '../../schema/table.js';

/** All tables that can be queried: the capture's own, the recorder's, and known ones, which are empty. */
export function queryableTables(capture: Capture, known: readonly Table[] = []): Table[] {
  const own = new Set(capture.tables.map((table) => table.name));
  const others = new Map([...OWN_TABLES, ...known].map((table) => [table.name, table]));
  return [...capture.tables, ...[...others.values()].filter(({ name }) => !own.has(name))];
}
