/** Opens a .tcap: finished, cut off by a crash, or still being written. */
import type { Vector } from 'apache-arrow';
import type { Table } from '../schema/table.js';
import { count, things } from '../shared/count.js';
import { Damage, locate } from './damage.js';
import { decodeManifest, decodeStart } from './documents.js';
import { CaptureFile } from './file.js';
import {
  EXTRA_PREFIX,
  MANIFEST_ENTRY,
  MAX_DOCUMENT_BYTES,
  type Manifest,
  README_ENTRY,
  START_ENTRY,
  type Start,
  segmentEntry,
} from './format.js';
import { FileSegment } from './segment.js';
import { readEntry, walkEntries, type ZipEntry } from './zip-reader.js';

export interface Capture {
  readonly path: string;
  readonly start: Start;
  /** What happened; null where the recording did not finish cleanly, or has not yet. */
  readonly manifest: Manifest | null;
  /** Bytes of the file when it was opened. */
  readonly sizeBytes: number;
  /** The tables that the capture describes, with rows or without. */
  readonly tables: readonly Table[];
  /** A table's segments in file order; none for a table without rows. */
  segments(table: string): readonly Segment[];
  close(): void;
}

/** A run of rows of one table. Its times are ns since the Unix epoch; 0 for tables without time. */
export interface Segment {
  readonly table: Table;
  readonly rows: number;
  readonly timeFrom: bigint;
  readonly timeTo: bigint;
  /**
   * The named columns as apache-arrow Vectors of one chunk, in that order. Decompresses only their
   * buffers, and keeps nothing: what is needed twice should be read once.
   */
  read(columns: readonly string[]): Vector[];
}

/**
 * Opens a capture for reading; close() gives its file back. Here, in a segment's header and in
 * read(), whatever is wrong with the file is a TracecapError of code bad-capture.
 */
export function openCapture(path: string): Capture {
  const file = CaptureFile.open(path);
  try {
    return readCapture(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

function readCapture(file: CaptureFile): Capture {
  const { path } = file;
  const { entries, closed } = locate(path, () => {
    refuseOtherFiles(file);
    return walkEntries(file);
  });
  const startEntry = locate(path, () => descriptionOf(entries));
  const start = document(file, startEntry, decodeStart);
  const { segments, manifestEntry } = locate(path, () => sortEntries(file, entries, start));
  if (closed && !manifestEntry) locate(path, refuseWithoutManifest);
  const manifest = manifestEntry && document(file, manifestEntry, decodeManifest);
  if (manifest) {
    locate(`${path}: ${MANIFEST_ENTRY}`, () => holdCounts(start, manifest, segments));
  }
  return {
    path,
    start,
    manifest,
    sizeBytes: file.size,
    tables: start.tables,
    segments: (table) => segments.get(table) ?? [],
    close: () => file.close(),
  };
}

function refuseOtherFiles(file: CaptureFile): void {
  if (file.size === 0) throw new Damage('is empty; nothing was recorded into it');
  const magic = Buffer.from(file.read(0, Math.min(4, file.size)));
  if (!magic.equals(Buffer.from('PK\x03\x04').subarray(0, magic.length))) {
    throw new Damage('is not a tracecap capture');
  }
}

/** Its writer came to the end, and there the manifest is written before the directory. */
function refuseWithoutManifest(): never {
  throw new Damage(`has lost entries: its directory follows, but no ${MANIFEST_ENTRY}`);
}

/** No source that was recorded is forgotten, and no segment of one has gone or come. */
function holdCounts(
  start: Start,
  manifest: Manifest,
  segments: ReadonlyMap<string, readonly Segment[]>,
): void {
  const ends = new Map(manifest.sources.map((source) => [source.name, source]));
  for (const { name } of start.sources) {
    const end = ends.get(name);
    if (!end) throw new Damage(`lacks source ${name}, which ${START_ENTRY} names`);
    const rows = (segments.get(name) ?? []).reduce((sum, segment) => sum + segment.rows, 0);
    if (rows === end.rows) continue;
    throw new Damage(
      `counts ${things(end.rows, 'row')} of ${name}, but its segments have ${count(rows)}`,
    );
  }
}

function descriptionOf(entries: readonly ZipEntry[]): ZipEntry {
  const [readme, start] = entries;
  if (readme && readme.name !== README_ENTRY) {
    throw new Damage('is a ZIP file, but not a tracecap capture');
  }
  if (!start)
    throw new Damage(`was cut off before its ${START_ENTRY}; nothing can be read from it`);
  if (start.name !== START_ENTRY) {
    throw new Damage('is a ZIP file, but not a tracecap capture');
  }
  return start;
}

function document<T>(file: CaptureFile, entry: ZipEntry, decode: (bytes: Uint8Array) => T): T {
  return locate(`${file.path}: ${entry.name}`, () =>
    decode(readEntry(file, entry, MAX_DOCUMENT_BYTES)),
  );
}

/**
 * Sorts what follows the description. Every name must be one that the format knows, and segments
 * must count up without a gap: a name that changed must not make rows vanish.
 */
function sortEntries(file: CaptureFile, entries: readonly ZipEntry[], start: Start) {
  const segments = new Map(start.tables.map((table) => [table.name, [] as FileSegment[]]));
  const tables = new Map(start.tables.map((table) => [table.name, table]));
  let manifestEntry: ZipEntry | null = null;
  for (const entry of entries.slice(2)) {
    if (entry.name.startsWith(EXTRA_PREFIX)) continue;
    if (manifestEntry) throw new Damage(`entry ${entry.name} follows ${MANIFEST_ENTRY}`);
    if (entry.name === MANIFEST_ENTRY) {
      manifestEntry = entry;
      continue;
    }
    const table = tables.get(entry.name.split('/')[0] ?? '');
    const run = table && segments.get(table.name);
    if (!run) throw new Damage(`entry ${entry.name} belongs to no table of ${START_ENTRY}`);
    if (entry.name !== segmentEntry(table.name, run.length + 1)) {
      throw new Damage(
        `entry ${entry.name} stands where ${segmentEntry(table.name, run.length + 1)} should`,
      );
    }
    run.push(new FileSegment(file, entry, table));
  }
  return { segments, manifestEntry };
}
