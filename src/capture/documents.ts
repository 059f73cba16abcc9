/** The two JSON documents of a capture: written from what we know, read from what a stranger wrote. */
import { isKindName } from '../schema/kinds.js';
import type { Column, Table } from '../schema/table.js';
import { Damage } from './damage.js';
import { FORMAT_VERSION, MAX_DOCUMENT_DEPTH, type Manifest, type Start } from './format.js';
import * as shape from './json-shape.js';

/** start.json or manifest.json as bytes: indented, for people unzip captures too. */
export function encodeDocument(document: Start | Manifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(document, null, 1)}\n`);
}

/**
 * start.json. Columns of types that only a later version 1.x has are left out of its tables, as
 * are kinds that it does not know; Damage where it is malformed or of a later version.
 */
export function decodeStart(bytes: Uint8Array): Start {
  const value = parse(bytes);
  shape.object({ format_version: shape.count })(value, '');
  const { format_version: version } = value as Start;
  if (version > FORMAT_VERSION) {
    throw new Damage(
      `is of capture format ${version}, and this tracecap reads up to ${FORMAT_VERSION}; update tracecap to read it`,
    );
  }
  if (version < 1) throw new Damage(`is of capture format ${version}, which does not exist`);
  START(value, '');
  const start = value as Start;
  const tables = start.tables.map(knownTable);
  refuseTwice('table', tables);
  refuseTwice('source', start.sources);
  for (const { name } of start.sources) {
    if (!tables.some((table) => table.name === name)) {
      throw new Damage(`source ${name} has no table`);
    }
  }
  return { ...start, tables };
}

/** manifest.json; Damage where it is malformed. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const value = parse(bytes);
  MANIFEST(value, '');
  const manifest = value as Manifest;
  refuseTwice('source', manifest.sources);
  return manifest;
}

function parse(bytes: Uint8Array): unknown {
  refuseDeep(bytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new Damage('is not a JSON document', { cause: error });
  }
}

/** What goes through a document member by member calls itself, and so does JSON.parse. */
function refuseDeep(bytes: Uint8Array): void {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) i += byte === BACKSLASH ? 1 : 0;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    if (depth > MAX_DOCUMENT_DEPTH) {
      throw new Damage(`has more than ${MAX_DOCUMENT_DEPTH} lists and objects within each other`);
    }
  }
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = Buffer.from('"\\[]{}');

const name = shape.matching(/^[a-z][a-z0-9_]{0,62}$/, 'a name');
const nanoseconds = shape.matching(/^\d{1,19}$/, 'a count of nanoseconds as text');
const nullableText = shape.orNull(shape.text);
const clock = shape.object({
  wall_ns: nanoseconds,
  monotonic_ns: nanoseconds,
  boot_ns: nanoseconds,
});

const START = shape.object({
  recorder: shape.text,
  command_line: shape.list(shape.text),
  arguments: shape.optional(shape.text),
  note: shape.optional(nullableText),
  labels: shape.optional(shape.dictionary(shape.text)),
  requested_by: shape.object({
    uid: shape.count,
    sudo_user: nullableText,
    sudo_uid: shape.orNull(shape.count),
  }),
  clock,
  host: shape.object({
    name: shape.text,
    machine_id_sha256: nullableText,
    boot_id: nullableText,
    kernel: shape.text,
    kernel_version: shape.text,
    architecture: shape.text,
    distribution: nullableText,
    cpus: shape.count,
    memory_bytes: shape.count,
    virtualization: nullableText,
    time_zone: shape.text,
    sysctls: shape.dictionary(shape.text),
  }),
  sources: shape.list(
    shape.object({ name, hooks: shape.list(shape.text), object: shape.optional(shape.text) }),
  ),
  refused: shape.list(shape.object({ name, why: shape.text, verifier_log: nullableText })),
  filters: shape.dictionary(shape.text),
  pid_namespace: shape.object({ inode: shape.count, initial: shape.flag }),
  ring_bytes: shape.count,
  tables: shape.list(
    shape.object({
      name,
      doc: shape.text,
      time: shape.orNull(name),
      columns: shape.list(
        shape.object({
          name,
          type: shape.text,
          kind: nullableText,
          doc: shape.text,
          values: shape.optional(shape.list(shape.text)),
        }),
      ),
    }),
  ),
});

const MANIFEST = shape.object({
  clock,
  clock_steps: shape.optional(
    shape.list(
      shape.object({
        boot_ns: nanoseconds,
        by_ns: shape.matching(/^-?\d{1,19}$/, 'a difference in nanoseconds as text'),
      }),
    ),
  ),
  end_reason: shape.text,
  end_detail: nullableText,
  sources: shape.list(
    shape.object({ name, rows: shape.count, bytes: shape.count, lost: shape.count }),
  ),
  users: shape.dictionary(shape.text),
  cost: shape.object({
    recorder_cpu_ns: shape.count,
    recorder_peak_rss_bytes: shape.count,
    programs: shape.optional(
      shape.orNull(
        shape.list(
          shape.object({
            source: shape.text,
            program: shape.text,
            runs: shape.count,
            time_ns: shape.count,
          }),
        ),
      ),
    ),
  }),
});

/** The column types of version 1, as a record so that tsc asks for a new one here. */
const TYPES: Readonly<Record<Column['type'], true>> = {
  'timestamp[ns, UTC]': true,
  int32: true,
  int64: true,
  uint8: true,
  uint16: true,
  uint32: true,
  uint64: true,
  bool: true,
  utf8: true,
  'dictionary<utf8>': true,
  'list<utf8>': true,
  enum: true,
};

function knownTable(table: Table): Table {
  const columns = table.columns
    .filter(({ type }) => Object.hasOwn(TYPES, type))
    .map((column) => ({ ...column, kind: knownKind(column.kind) }));
  refuseTwice(`table ${table.name}: column`, columns);
  const time = columns.find((column) => column.name === table.time);
  if (table.time !== null && time?.type !== 'timestamp[ns, UTC]') {
    throw new Damage(`table ${table.name}: its time ${table.time} is no column of times`);
  }
  return { ...table, columns };
}

function knownKind(kind: string | null): Column['kind'] {
  return kind !== null && isKindName(kind) ? kind : null;
}

function refuseTwice(what: string, things: readonly { readonly name: string }[]): void {
  const names = new Set<string>();
  for (const thing of things) {
    if (names.has(thing.name)) throw new Damage(`${what} ${thing.name} is described twice`);
    names.add(thing.name);
  }
}
