/** Writes a .tcap front to back. */
import type { ColumnBatch, Table } from '../schema/table.js';
import { TracecapError } from '../shared/errors.js';
import { encodeDocument } from './documents.js';
import {
  MANIFEST_ENTRY,
  MAX_ENTRIES,
  type Manifest,
  README_ENTRY,
  START_ENTRY,
  type Start,
  segmentEntry,
} from './format.js';
import { README } from './readme.js';
import { type Compress, encodeSegment } from './segment-encode.js';
import type { Sink } from './sink.js';
import { ZipWriter } from './zip-writer.js';

/**
 * A capture that is being written. After each call the sink holds whole entries, so that a reader
 * finds every segment that was written. Once the sink has thrown, every later call throws the same:
 * what stands in the sink is a capture that was not cleanly finished.
 */
export class CaptureWriter {
  readonly #zip: ZipWriter;
  readonly #compress: Compress;
  readonly #tables: ReadonlySet<string>;
  readonly #segments = new Map<string, number>();
  readonly #maxEntries: number;
  #entries = 2;

  /** Writes README.txt and start.json. `compress` gives a zstd frame that declares its content's size. */
  constructor(sink: Sink, start: Start, compress: Compress, maxEntries: number = MAX_ENTRIES) {
    this.#maxEntries = maxEntries;
    this.#zip = new ZipWriter(sink, new Date(Number(BigInt(start.clock.wall_ns) / 1_000_000n)));
    this.#compress = compress;
    this.#tables = new Set(start.tables.map((table) => table.name));
    this.#zip.add(README_ENTRY, new TextEncoder().encode(README));
    this.#zip.add(START_ENTRY, encodeDocument(start), true);
  }

  /** Bytes of the capture so far, in whole entries. */
  get bytesWritten(): number {
    return this.#zip.bytesWritten;
  }

  /**
   * Writes the rows as the table's next segment and gives the bytes that the capture grew by. The
   * table must stand in start.json; no rows write nothing. TracecapError `output` where the capture
   * has as many entries as a reader takes.
   */
  writeSegment(table: Table, batch: ColumnBatch): number {
    if (!this.#tables.has(table.name)) throw new Error(`start.json has no table ${table.name}`);
    if (batch.rows === 0) return 0;
    if (this.#entries >= this.#maxEntries - 1) {
      throw new TracecapError('output', `the capture is full: it has ${this.#maxEntries} entries`);
    }
    const n = (this.#segments.get(table.name) ?? 0) + 1;
    const grown = this.#zip.add(
      segmentEntry(table.name, n),
      encodeSegment(table, batch, this.#compress),
    );
    this.#segments.set(table.name, n);
    this.#entries++;
    return grown;
  }

  /** Writes manifest.json and the central directory. The last call. */
  finish(manifest: Manifest): void {
    this.#zip.add(MANIFEST_ENTRY, encodeDocument(manifest), true);
    this.#zip.finish();
  }
}
