/**
 * The messages of an Arrow IPC stream (arrow.apache.org/docs/format/Columnar.html, "Encapsulated
 * message format"; Message.fbs and Schema.fbs name the slots), read from bytes of a stranger.
 */
import type { ColumnType } from '../schema/kinds.js';
import { Damage } from './damage.js';
import { FlatTable } from './flatbuffer.js';

/** A field of a schema, as far as columns of ours need it. */
export interface ArrowField {
  readonly name: string;
  /** null: a type that no column of ours has. */
  readonly type: ColumnType | null;
  /** The dictionary that the values are indices of. */
  readonly dictionary: number | null;
  /** What belongs to it and to its children in a record batch. */
  readonly extent: Extent;
}

/** A number of nodes and buffers. */
export interface Extent {
  readonly nodes: number;
  readonly buffers: number;
}

export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
  /** By the ids that fields have: what a batch of the dictionary's values consists of. */
  readonly dictionaries: ReadonlyMap<number, Extent>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A record batch: where its columns lie in the body. */
export interface ArrowBatch {
  readonly rows: number;
  /** Rows and nulls of each node. */
  readonly nodes: readonly (readonly [rows: number, nulls: number])[];
  /** Offset and bytes of each buffer in the body. */
  readonly buffers: readonly (readonly [offset: number, bytes: number])[];
  readonly compressed: boolean;
  readonly body: Uint8Array;
}

export type ArrowMessage =
  | { readonly kind: 'schema'; readonly schema: ArrowSchema; readonly next: number }
  | {
      readonly kind: 'dictionary';
      readonly id: number;
      readonly batch: ArrowBatch;
      readonly next: number;
    }
  | { readonly kind: 'batch'; readonly batch: ArrowBatch; readonly next: number }
  | { readonly kind: 'end'; readonly next: number };

/** Bytes before a message's metadata: the continuation marker and the length. */
export const MESSAGE_PREFIX = 8;
/** Metadata of one message: 17 columns take 2 KiB. */
const MAX_METADATA = 64 * 1024;
/** Fields of a schema with their children, so that children that point at their parents end. */
const MAX_FIELDS = 1024;
/** Pairs of the schema's metadata: we write three. */
const MAX_PAIRS = 64;

/** Bytes from the start of a message to its body, told by its first eight; Damage if there are none. */
export function metadataEnd(bytes: Uint8Array, at: number): number {
  if (at + MESSAGE_PREFIX > bytes.length) throw new Damage('ends in the middle of a message');
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, MESSAGE_PREFIX);
  const length = view.getInt32(4, true);
  if (view.getInt32(0, true) !== -1 || length < 0 || length > MAX_METADATA) {
    throw new Damage('is not an Arrow stream');
  }
  return at + MESSAGE_PREFIX + length;
}

/** The message that begins at `at`; `schema` is the one before it, null where none has come yet. */
export function readMessage(
  bytes: Uint8Array,
  at: number,
  schema: ArrowSchema | null,
): ArrowMessage {
  const body = metadataEnd(bytes, at);
  if (body > bytes.length) throw new Damage('ends in the middle of a message');
  if (body === at + MESSAGE_PREFIX) return { kind: 'end', next: body };
  const message = FlatTable.root(bytes.subarray(at + MESSAGE_PREFIX, body));
  const next = body + message.count(3);
  if (next > bytes.length) throw new Damage('ends in the middle of a message');
  const header = message.table(2);
  if (!header) throw new Damage('has an Arrow message without a header');
  const content = bytes.subarray(body, next);
  const kind = message.integer(1, 1);
  if (kind === 1) return { kind: 'schema', schema: readSchema(header), next };
  if (!schema) throw new Damage('does not begin with its schema');
  if (kind === 2) return { kind: 'dictionary', ...readDictionary(header, content, schema), next };
  if (kind !== 3) throw new Damage('has an Arrow message of a sort that segments do not use');
  const extent = sum(schema.fields.map((field) => field.extent));
  return { kind: 'batch', batch: readBatch(header, content, extent), next };
}

/** What the reading of a schema gathers, and how many fields it may still have. */
interface Gathered {
  fieldsLeft: number;
  readonly dictionaries: Map<number, Extent>;
}

function readSchema(header: FlatTable): ArrowSchema {
  if (header.integer(0, 2) !== 0) throw new Damage('has big-endian values');
  const gathered: Gathered = { fieldsLeft: MAX_FIELDS, dictionaries: new Map() };
  const pairs = header.tables(2, MAX_PAIRS);
  return {
    fields: readFields(header, 1, gathered),
    dictionaries: gathered.dictionaries,
    metadata: new Map(pairs.map((pair) => [pair.text(0) ?? '', pair.text(1) ?? ''])),
  };
}

function readDictionary(header: FlatTable, body: Uint8Array, { dictionaries }: ArrowSchema) {
  const id = header.count(0);
  const extent = dictionaries.get(id);
  if (!extent) throw new Damage('has a dictionary that no column has');
  const data = header.table(1);
  if (!data) throw new Damage('has a dictionary without values');
  if (header.integer(2, 1) !== 0) throw new Damage('has a delta dictionary');
  return { id, batch: readBatch(data, body, extent) };
}

function readBatch(header: FlatTable, body: Uint8Array, extent: Extent): ArrowBatch {
  const compression = header.table(3);
  // CompressionType.ZSTD = 1, BodyCompressionMethod.BUFFER = 0.
  if (compression && (compression.integer(0, 1) !== 1 || compression.integer(1, 1) !== 0)) {
    throw new Damage('is compressed by something other than zstd');
  }
  if (header.entries(1) !== extent.nodes || header.entries(2) !== extent.buffers) {
    throw new Damage('has a batch that does not fit its schema');
  }
  return {
    rows: header.count(0),
    nodes: header.pairs(1),
    buffers: header.pairs(2),
    compressed: compression !== null,
    body,
  };
}

/** The fields in a slot. They are taken off what is left before they are read. */
function readFields(parent: FlatTable, slot: number, gathered: Gathered): ArrowField[] {
  const fields = parent.tables(slot, gathered.fieldsLeft);
  gathered.fieldsLeft -= fields.length;
  return fields.map((field) => readField(field, gathered));
}

function readField(field: FlatTable, gathered: Gathered): ArrowField {
  const name = field.text(0) ?? '';
  const children = readFields(field, 5, gathered);
  const own = OWN_BUFFERS[field.integer(2, 1)];
  if (own === undefined) throw new Damage('has a column of a type that cannot be skipped');
  const extent = sum([{ nodes: 1, buffers: own }, ...children.map((child) => child.extent)]);
  const dictionary = field.table(4);
  if (!dictionary) return { name, type: plainType(field, children), dictionary: null, extent };
  const id = dictionary.count(0);
  gathered.dictionaries.set(id, extent);
  return { name, type: dictionaryType(field, dictionary), dictionary: id, extent: INDICES };
}

/** A validity bitmap and integers. */
const INDICES: Extent = { nodes: 1, buffers: 2 };

function sum(extents: readonly Extent[]): Extent {
  return extents.reduce((a, b) => ({ nodes: a.nodes + b.nodes, buffers: a.buffers + b.buffers }), {
    nodes: 0,
    buffers: 0,
  });
}

/** Buffers of each type of Schema.fbs (Columnar.html, "Buffer listing for each layout"). */
const OWN_BUFFERS: Readonly<Record<number, number>> = {
  1: 0, // Null
  2: 2, // Int
  3: 2, // FloatingPoint
  4: 3, // Binary
  5: 3, // Utf8
  6: 2, // Bool
  7: 2, // Decimal
  8: 2, // Date
  9: 2, // Time
  10: 2, // Timestamp
  11: 2, // Interval
  12: 2, // List
  13: 1, // Struct
  15: 2, // FixedSizeBinary
  16: 1, // FixedSizeList
  17: 2, // Map
  18: 2, // Duration
  19: 3, // LargeBinary
  20: 3, // LargeUtf8
  21: 2, // LargeList
};

const INTEGERS: Readonly<Record<string, ColumnType>> = {
  'signed 32': 'int32',
  'signed 64': 'int64',
  'unsigned 8': 'uint8',
  'unsigned 16': 'uint16',
  'unsigned 32': 'uint32',
  'unsigned 64': 'uint64',
};

function plainType(field: FlatTable, children: readonly ArrowField[]): ColumnType | null {
  const type = field.table(3);
  switch (field.integer(2, 1)) {
    case 2:
      return type && (INTEGERS[integerName(type)] ?? null);
    case 5:
      return 'utf8';
    case 6:
      return 'bool';
    case 10:
      // TimeUnit.NANOSECOND = 3.
      return type?.integer(0, 2) === 3 && type.text(1) === 'UTC' ? 'timestamp[ns, UTC]' : null;
    case 12:
      return children.length === 1 && children[0]?.type === 'utf8' ? 'list<utf8>' : null;
    default:
      return null;
  }
}

function dictionaryType(field: FlatTable, dictionary: FlatTable): ColumnType | null {
  if (field.integer(2, 1) !== 5) return null;
  const index = dictionary.table(1);
  // Where no index type is written it is a signed 32-bit integer (Schema.fbs).
  const name = index ? integerName(index) : 'signed 32';
  if (name === 'signed 32') return 'dictionary<utf8>';
  return name === 'unsigned 8' ? 'enum' : null;
}

function integerName(type: FlatTable): string {
  return `${type.integer(1, 1) ? 'signed' : 'unsigned'} ${type.integer(0, 4)}`;
}
