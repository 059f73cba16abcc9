/** A segment in a file: read when it is asked for. */
import type { Vector } from 'apache-arrow';
import type { Table } from '../schema/table.js';
import { MESSAGE_PREFIX, metadataEnd } from './arrow-message.js';
import { locate } from './damage.js';
import type { CaptureFile } from './file.js';
import { MAX_SEGMENT_BYTES } from './format.js';
import type { Segment } from './open.js';
import { decodeColumns, decodeHeader, type SegmentHeader } from './segment-decode.js';
import { readEntry, type ZipEntry } from './zip-reader.js';

export class FileSegment implements Segment {
  readonly table: Table;
  readonly #file: CaptureFile;
  readonly #entry: ZipEntry;
  #header: SegmentHeader | null = null;

  constructor(file: CaptureFile, entry: ZipEntry, table: Table) {
    this.#file = file;
    this.#entry = entry;
    this.table = table;
  }

  get rows(): number {
    return this.#readHeader().rows;
  }

  get timeFrom(): bigint {
    return this.#readHeader().timeFrom;
  }

  get timeTo(): bigint {
    return this.#readHeader().timeTo;
  }

  read(columns: readonly string[]): Vector[] {
    return this.#locate(() =>
      decodeColumns(this.table, readEntry(this.#file, this.#entry, MAX_SEGMENT_BYTES), columns),
    );
  }

  #readHeader(): SegmentHeader {
    this.#header ??= this.#locate(() => decodeHeader(this.#firstMessage()));
    return this.#header;
  }

  /**
   * A stored segment is not read whole to skip it, so its CRC is checked only when rows are read.
   */
  #firstMessage(): Uint8Array {
    const { deflated, offset, stored } = this.#entry;
    if (deflated) return readEntry(this.#file, this.#entry, MAX_SEGMENT_BYTES);
    const prefix = this.#file.read(offset, Math.min(MESSAGE_PREFIX, stored));
    return this.#file.read(offset, Math.min(metadataEnd(prefix, 0), stored));
  }

  #locate<T>(read: () => T): T {
    return locate(`${this.#file.path}: ${this.#entry.name}`, read);
  }
}
