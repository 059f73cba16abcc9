/** Decodes a segment that a stranger wrote, and of its buffers only those that are asked for. */
import type { Vector } from 'apache-arrow';
import type { Table } from '../schema/table.js';
import { ArrowBody, type Budget } from './arrow-body.js';
import { type ArrowBatch, type ArrowSchema, readMessage } from './arrow-message.js';
import { type ColumnPlace, decodeColumn } from './column-decode.js';
import { Damage } from './damage.js';
import {
  MAX_SEGMENT_BYTES,
  MAX_SEGMENT_ROWS,
  SEGMENT_ROWS,
  SEGMENT_TIME_FROM,
  SEGMENT_TIME_TO,
} from './format.js';
import { holdTimes } from './time-span.js';
import { type Decompress, decompressZstd } from './zstd.js';

/** What a segment says of itself before its rows. Times in ns since the Unix epoch. */
export interface SegmentHeader {
  readonly rows: number;
  readonly timeFrom: bigint;
  readonly timeTo: bigint;
}

/** Reads the header from a segment's first bytes, which must hold its first message. */
export function decodeHeader(bytes: Uint8Array): SegmentHeader {
  return headerOf(schemaMessage(bytes).schema);
}

/**
 * The named columns as vectors, in the order of the names. Only their buffers are decompressed;
 * Damage where the segment does not hold to the format or to the table.
 */
export function decodeColumns(
  table: Table,
  bytes: Uint8Array,
  columns: readonly string[],
  decompress: Decompress = decompressZstd,
): Vector[] {
  const { schema, next } = schemaMessage(bytes);
  const header = headerOf(schema);
  const { batch, dictionaries } = readBatches(bytes, next, schema);
  if (batch.rows !== header.rows) {
    throw new Damage(`has ${batch.rows} rows and says that it has ${header.rows}`);
  }
  const budget: Budget = { bytes: MAX_SEGMENT_BYTES };
  const body = new ArrowBody(batch, budget, decompress);
  const places = placeColumns(table, schema, (id) => {
    const dictionary = dictionaries.get(id);
    if (!dictionary) throw new Damage('has a column without its dictionary');
    return new ArrowBody(dictionary, budget, decompress);
  });
  return columns.map((name) => {
    const place = places.get(name);
    const column = place && table.columns[place.index];
    if (!column) throw new Error(`table ${table.name} has no column ${name}`);
    const vector = decodeColumn(column, body, place);
    if (name === table.time) holdTimes(vector, header);
    return vector;
  });
}

function schemaMessage(bytes: Uint8Array): { schema: ArrowSchema; next: number } {
  const message = readMessage(bytes, 0, null);
  if (message.kind !== 'schema') throw new Damage('does not begin with its schema');
  return message;
}

function headerOf({ metadata }: ArrowSchema): SegmentHeader {
  const integer = (key: string): bigint => {
    const text = metadata.get(key) ?? '';
    if (!/^-?\d{1,19}$/.test(text)) throw new Damage(`does not say its ${key}`);
    return BigInt(text);
  };
  const rows = Number(integer(SEGMENT_ROWS));
  const timeFrom = integer(SEGMENT_TIME_FROM);
  const timeTo = integer(SEGMENT_TIME_TO);
  if (rows < 1 || rows > MAX_SEGMENT_ROWS) throw new Damage(`says that it has ${rows} rows`);
  if (timeFrom > timeTo) throw new Damage('says that it ends before it begins');
  return { rows, timeFrom, timeTo };
}

/** The messages behind the schema: dictionaries, one record batch, the end, and not a byte more. */
function readBatches(bytes: Uint8Array, start: number, schema: ArrowSchema) {
  const dictionaries = new Map<number, ArrowBatch>();
  let message = readMessage(bytes, start, schema);
  for (; message.kind === 'dictionary'; message = readMessage(bytes, message.next, schema)) {
    if (dictionaries.has(message.id)) throw new Damage('has two dictionaries for one column');
    dictionaries.set(message.id, message.batch);
  }
  if (message.kind !== 'batch') throw new Damage('has no record batch');
  const { batch, next } = message;
  const end = readMessage(bytes, next, schema);
  if (end.kind !== 'end' || end.next !== bytes.length) {
    throw new Damage('goes on where it should end');
  }
  return { batch, dictionaries };
}

/** Where the table's columns lie; fields that the table does not have are passed over. */
function placeColumns(
  table: Table,
  schema: ArrowSchema,
  openDictionary: (id: number) => ArrowBody,
): Map<string, ColumnPlace> {
  const fields = new Map<string, Omit<ColumnPlace, 'index'> & { type: string | null }>();
  let node = 0;
  let buffer = 0;
  for (const { name, type, dictionary: id, extent } of schema.fields) {
    if (fields.has(name)) throw new Damage('has two columns of one name');
    const dictionary = () => openDictionary(id ?? -1);
    fields.set(name, { type, node, buffer, dictionary });
    node += extent.nodes;
    buffer += extent.buffers;
  }
  return new Map(
    table.columns.map((column, index) => {
      const field = fields.get(column.name);
      if (!field) throw new Damage(`lacks column ${column.name}`);
      if (field.type !== column.type) {
        throw new Damage(`has column ${column.name} of another type than ${column.type}`);
      }
      return [column.name, { ...field, index }];
    }),
  );
}
