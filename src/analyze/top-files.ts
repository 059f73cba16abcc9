/** Which files are opened most, how often in vain, and by how many processes. */
import type { Capture, Segment } from '../capture/open.js';
import { count, things } from '../shared/count.js';
import type { Analysis, AnalysisOptions, Answer } from './analysis.js';
import { isSet, validityOf } from './bitmap.js';
import { PairSet } from './pair-set.js';
import { TextIds } from './text-ids.js';

const TABLE = 'opensnoop';

export type TopFilesRow = {
  /** null: opens whose name could not be read. */
  readonly path: string | null;
  readonly opens: number;
  readonly failed: number;
  readonly processes: number;
};

export const TOP_FILES: Analysis<TopFilesRow> = {
  name: 'top-files',
  question: 'which files are opened most, how often in vain, by how many processes',
  reads: { [TABLE]: { path: 'dictionary<utf8>', pid: 'int32', ret: 'int32' } },
  columns: [
    {
      name: 'path',
      type: 'text',
      doc: 'the file; null where its name could not be read',
      missing: '(name could not be read)',
    },
    { name: 'opens', type: 'count', doc: 'attempts to open it, failed ones included' },
    { name: 'failed', type: 'count', doc: 'attempts that failed' },
    { name: 'processes', type: 'count', doc: 'processes (distinct pids) that tried' },
  ],
  sortKeys: ['opens', 'failed', 'processes'],
  answer: topFiles,
};

function topFiles(capture: Capture, options: AnalysisOptions): Answer<TopFilesRow> {
  const tally = new Tally();
  for (const segment of capture.segments(TABLE)) tally.add(segment);
  const rows = tally.top(options);
  return { rows, omitted: tally.rows - rows.length, summary: tally.summary() };
}

/** The slot of opens without a path; the path with id n has slot n + 1. */
const NO_PATH = 0;

class Tally {
  readonly #paths = new TextIds();
  readonly #pairs = new PairSet();
  readonly #pids = new PairSet();
  #opens = new Uint32Array(1024);
  #failed = new Uint32Array(1024);
  #processes = new Uint32Array(1024);

  add(segment: Segment): void {
    const [path, pid, ret] = segment.read(['path', 'pid', 'ret']).map((vector) => vector.data[0]);
    if (!path?.dictionary || !pid || !ret) return;
    const ids = this.#paths.idsOf(path.dictionary);
    this.#grow(this.#paths.size + 1);
    const [codes, named] = [path.values as Int32Array, validityOf(path)];
    const [results, decided] = [ret.values as Int32Array, validityOf(ret)];
    const [pids, known] = [pid.values as Int32Array, validityOf(pid)];
    const { rows } = segment;
    for (let row = 0; row < rows; row++) {
      const hasName = named === null || isSet(named, row);
      const slot = hasName ? (ids[codes[row] as number] as number) + 1 : NO_PATH;
      const failed = (results[row] as number) < 0 && (decided === null || isSet(decided, row));
      const process = known === null || isSet(known, row) ? (pids[row] as number) : null;
      this.#count(slot, process, failed);
    }
  }

  #count(slot: number, pid: number | null, failed: boolean): void {
    (this.#opens[slot] as number)++;
    if (failed) (this.#failed[slot] as number)++;
    if (pid === null || !this.#pairs.add(slot, pid)) return;
    (this.#processes[slot] as number)++;
    this.#pids.add(0, pid);
  }

  /** Rows of the whole answer. */
  get rows(): number {
    return this.#opens.reduce((n, opens) => n + Number(opens > 0), 0);
  }

  summary(): string {
    const opens = sum(this.#opens);
    const paths = this.#opens.reduce((n, o, slot) => n + Number(o > 0 && slot !== NO_PATH), 0);
    return [
      `${things(opens, 'open')} (${count(sum(this.#failed))} failed)`,
      `of ${things(paths, 'path')} by ${things(this.#pids.size, 'process')}`,
    ].join(' ');
  }

  /** Ordered by the key, then by opens, then by path: the same capture gives the same rows. */
  top({ limit, sort }: AnalysisOptions): TopFilesRow[] {
    const keys = { failed: this.#failed, processes: this.#processes }[sort] ?? this.#opens;
    const order = (a: Candidate, b: Candidate) =>
      b.key - a.key || b.opens - a.opens || compareText(a.path, b.path);
    const smallest = limit > 0 ? nthLargest(keys, this.#opens, limit) : 0;
    const rows: Candidate[] = [];
    for (let slot = 0; slot <= this.#paths.size; slot++) {
      const [opens, key] = [this.#opens[slot] as number, keys[slot] as number];
      if (opens === 0 || key < smallest) continue;
      rows.push({ slot, key, opens, path: slot === NO_PATH ? null : this.#paths.text(slot - 1) });
    }
    rows.sort(order);
    return rows.slice(0, limit > 0 ? limit : rows.length).map(({ slot, opens, path }) => ({
      path,
      opens,
      failed: this.#failed[slot] as number,
      processes: this.#processes[slot] as number,
    }));
  }

  #grow(slots: number): void {
    if (slots <= this.#opens.length) return;
    const length = Math.max(slots, this.#opens.length * 2);
    this.#opens = enlarged(this.#opens, length);
    this.#failed = enlarged(this.#failed, length);
    this.#processes = enlarged(this.#processes, length);
  }
}

interface Candidate {
  readonly slot: number;
  readonly key: number;
  readonly opens: number;
  readonly path: string | null;
}

function enlarged(counts: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length);
  larger.set(counts);
  return larger;
}

function sum(counts: Uint32Array): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] as number;
  return total;
}

/** So that only rows which may be shown have their paths decoded and compared. */
function nthLargest(keys: Uint32Array, opens: Uint32Array, n: number): number {
  const sorted = keys.filter((_, slot) => (opens[slot] as number) > 0).sort();
  return sorted[Math.max(0, sorted.length - n)] ?? 0;
}

/** By code unit, as no locale decides; null after everything. */
function compareText(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}
