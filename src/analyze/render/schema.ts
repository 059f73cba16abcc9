/** The tables of a capture and what their columns mean. */
import type { Capture } from '../../capture/open.js';
import type { Table } from '../../schema/table.js';
import { escapeText } from '../../shared/escape-text.js';
import { derivedColumns } from '../query/derived-columns.js';
import { queryableTables } from '../query/tables.js';
import { tableRows } from './table.js';

export interface SchemaColumn {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  /** Can be named in a query, but is in no file and no `select *`. */
  readonly derived: boolean;
}

export interface SchemaTable {
  readonly name: string;
  readonly doc: string;
  readonly columns: readonly SchemaColumn[];
}

/** Of all tables that can be queried: the capture's own, and known ones, which are empty. */
export function schemaOf(capture: Capture, known: readonly Table[] = []): SchemaTable[] {
  const startNs = BigInt(capture.start.clock.wall_ns);
  return queryableTables(capture, known).map((table) => ({
    name: table.name,
    doc: table.doc,
    columns: [
      ...table.columns.map(({ name, type, doc }) => ({ name, type, doc, derived: false })),
      ...derivedColumns(table, startNs).map(({ name, doc }) => ({
        ...{ name, doc, type: 'derived' },
        derived: true,
      })),
    ],
  }));
}

export function* schemaText(schema: readonly SchemaTable[]): Generator<string> {
  let before = '';
  for (const { name, doc, columns } of schema) {
    yield `${before}${name}: ${escapeText(doc)}\n\n`;
    const rows = columns.map((column) => [column.name, column.type, column.doc]);
    yield* tableRows(['column', 'type', 'meaning'], rows);
    before = '\n';
  }
}
