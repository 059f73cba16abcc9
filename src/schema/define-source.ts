import { type ColumnType, type DecodeOp, KINDS } from './kinds.js';
import type { Layout } from './layout.js';
import type { Table } from './table.js';

/** What a source says of a column beyond its layout. */
export interface ColumnSpec {
  readonly doc: string;
  /** Another text column: where both hold the same bytes, this one is null. */
  readonly nullWhereEqual?: string;
}

/** Where a program of the object is attached. */
export interface Hook {
  readonly program: string;
  /** `category/name` under tracefs' events; absent where the program's section says it all. */
  readonly tracepoint?: string;
  /** Not every kernel or architecture has it, and the source is whole without it. */
  readonly optional?: boolean;
}

/** An option of `record` that belongs to one source; its flag begins with the source's name. */
export interface SourceOption {
  /** As commander writes it: `--opensnoop-flags <list>`; without a value, `--tcpconnlat-4`. */
  readonly flag: string;
  readonly doc: string;
  /**
   * Turns the option's text, '' where it takes none, into globals of the object; throws an Error that
   * says what is wrong.
   */
  readonly globals: (text: string) => Readonly<Record<string, bigint | Uint8Array>>;
}

/** An iterator that sends what is still on its way when the recording ends. */
export interface EndIterator {
  readonly program: string;
  /** The map whose elements it goes over. */
  readonly map: string;
}

/**
 * A map of the object with a value for each CPU, where those of a per-CPU map would be too small
 * (32 KiB): an array by number of the CPU.
 */
export interface CpuMap {
  readonly name: string;
  /** Bytes of a value, by what the source's options set. */
  readonly valueBytes: (globals: Readonly<Record<string, unknown>>) => number;
}

export interface Source<L extends Layout = Layout> {
  readonly name: string;
  readonly summary: string;
  /** File name of the compiled object in bpf/. */
  readonly object: string;
  readonly layout: L;
  /** The member of kind tc_time_ns that orders the rows. */
  readonly time: string;
  /** The columns, in the table's order: each member of the event once. */
  readonly columns: { readonly [M in keyof L['members']]: ColumnSpec };
  readonly hooks: readonly Hook[];
  readonly options: readonly SourceOption[];
  readonly cpuMaps?: readonly CpuMap[];
  /** Those that the kernel does not have are left out, and the source works without. */
  readonly atEnd?: readonly EndIterator[];
}

/** Declares a source. tsc holds its columns to its layout: one missing or stale does not compile. */
export function defineSource<const L extends Layout>(source: Source<L>): Source<L> {
  return source;
}

/** The table that a source's rows form. */
export function tableOf(source: Source): Table {
  return {
    name: source.name,
    doc: source.summary,
    time: source.time,
    columns: columnsInOrder(source).map(({ name, spec, member }) => ({
      name,
      type: KINDS[member.kind].type,
      kind: member.kind,
      doc: spec.doc,
      ...(member.values && { values: member.values }),
    })),
  };
}

/** One column for the native decoder: where it lies in the event and how it is read. */
export interface ColumnPlan {
  readonly op: DecodeOp;
  readonly type: ColumnType;
  readonly offset: number;
  readonly size: number;
  /** Bits of the value that stands for null, where the kind has one. */
  readonly nullValue?: bigint;
  /** Offset of the slice that makes this one null where the texts are equal. */
  readonly nullWhereEqual?: number;
}

/** All that the native decoder needs to know of a source. */
export interface DecodePlan {
  readonly fixedSize: number;
  readonly timeOffset: number;
  readonly columns: readonly ColumnPlan[];
}

/** The plan by which the native decoder turns a source's events into its table's columns. */
export function decodePlan(source: Source): DecodePlan {
  const memberNamed = (name: string) => {
    const member = source.layout.members[name];
    if (!member) throw new Error(`${source.name}: no member ${name} in ${source.layout.struct}`);
    return member;
  };
  return {
    fixedSize: source.layout.fixedSize,
    timeOffset: memberNamed(source.time).offset,
    columns: columnsInOrder(source).map(({ spec, member }) => {
      const kind = KINDS[member.kind];
      return {
        op: kind.op,
        type: kind.type,
        offset: member.offset,
        size: member.size,
        ...('nullValue' in kind && { nullValue: kind.nullValue }),
        ...(spec.nullWhereEqual && { nullWhereEqual: memberNamed(spec.nullWhereEqual).offset }),
      };
    }),
  };
}

function columnsInOrder(source: Source) {
  return Object.entries(source.columns).map(([name, spec]) => {
    const member = source.layout.members[name];
    if (!member) throw new Error(`${source.name}: column ${name} has no member in the event`);
    return { name, spec, member };
  });
}
