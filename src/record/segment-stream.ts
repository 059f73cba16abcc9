/** A capture being recorded: batches and losses in, segments out, and the sums that the manifest wants. */
import { batchFromRows, type Row } from '../capture/batch-from-rows.js';
import { CGROUPS } from '../capture/cgroups.js';
import type { Manifest, SourceEnd } from '../capture/format.js';
import { LOSSES } from '../capture/losses.js';
import { fileSink } from '../capture/sink.js';
import { CaptureWriter } from '../capture/writer.js';
import type { ColumnBatch, Table } from '../schema/table.js';
import { reason } from '../shared/errors.js';
import type { PumpOutput } from './bpf-addon.js';
import { containerId } from './container-id.js';
import { isDiskNearlyFull } from './disk.js';
import { type LossRow, lossRow } from './losses.js';
import { maskColumns } from './mask-columns.js';
import { SeenValues } from './seen-values.js';
import type { BeginMessage, FromWorker } from './segment-messages.js';

/** Level 1: a higher one makes captures a few per cent smaller for several times the CPU. */
const ZSTD_LEVEL = 1;
const DISK_CHECK_EVERY_MS = 1000;
/** Rows of processes in a segment: with arguments of 32 KiB each, spelt `\xNN`, it is not too large. */
const MOST_ROWS = 256;

export class SegmentStream {
  readonly #writer: CaptureWriter;
  readonly #fd: number;
  readonly #post: (message: FromWorker) => void;
  readonly #tables: readonly Table[];
  readonly #rows = new Map<string, number>();
  readonly #bytes = new Map<string, number>();
  readonly #lost = new Map<string, number>();
  readonly #uids = new SeenValues('tc_uid');
  readonly #cgroups = new SeenValues('tc_cgroup');
  readonly #names: readonly string[];
  readonly #maskSecrets: boolean;
  readonly #recorded: ReadonlySet<string>;
  /** Gives the path of a cgroup, as far as it is known. */
  namesOfCgroups: (id: bigint) => string | null = () => null;
  #failed = false;
  #diskChecked = 0;

  constructor(
    {
      output,
      start,
      sources,
      maskSecrets,
    }: Pick<BeginMessage, 'output' | 'start' | 'sources' | 'maskSecrets'>,
    compress: (bytes: Uint8Array, level: number) => Uint8Array,
    post: (message: FromWorker) => void,
  ) {
    this.#fd = output.fd;
    this.#post = post;
    this.#names = sources;
    this.#maskSecrets = maskSecrets;
    this.#recorded = new Set(start.sources.map(({ name }) => name));
    this.#tables = sources.map((name) => {
      const table = start.tables.find((candidate) => candidate.name === name);
      if (!table) throw new Error(`start.json has no table ${name}`);
      return table;
    });
    this.#writer = new CaptureWriter(fileSink(output.fd), start, (bytes) =>
      compress(bytes, ZSTD_LEVEL),
    );
  }

  get bytes(): number {
    return this.#writer.bytesWritten;
  }

  get lost(): number {
    return [...this.#lost.values()].reduce((sum, count) => sum + count, 0);
  }

  get uids(): number[] {
    return this.#uids.all.map(Number);
  }

  get sources(): SourceEnd[] {
    return [...this.#recorded].map((name) => ({
      name,
      rows: this.#rows.get(name) ?? 0,
      bytes: this.#bytes.get(name) ?? 0,
      lost: this.#lost.get(name) ?? 0,
    }));
  }

  /** Writes what the pump gave. What cannot be written any more is counted as lost. */
  write(output: PumpOutput): void {
    if ('losses' in output) {
      this.writeLosses(output.losses.map((loss) => lossRow(loss, this.#names)));
      return;
    }
    const table = this.#tables[output.table];
    if (!table) throw new Error(`the pump has no table ${output.table}`);
    this.#note(table, output.batch);
    if (this.#writeSegment(table, output.batch)) {
      add(this.#rows, table.name, output.batch.rows);
      this.#checkDisk();
    } else {
      add(this.#lost, table.name, output.batch.rows);
    }
  }

  /** Writes what was lost, and counts it. */
  writeLosses(losses: readonly LossRow[]): void {
    if (losses.length === 0) return;
    for (const { source, count } of losses) add(this.#lost, source, Number(count));
    this.#writeSegment(LOSSES, batchFromRows(LOSSES, losses));
  }

  /** Writes rows of one of the recorder's own tables. */
  writeRows(table: Table, rows: readonly Row[]): void {
    for (let at = 0; at < rows.length; at += MOST_ROWS) {
      const batch = batchFromRows(table, rows.slice(at, at + MOST_ROWS));
      this.#note(table, batch);
      this.#writeSegment(table, batch);
    }
  }

  finish(manifest: Manifest): void {
    if (this.#failed) return;
    try {
      this.#writer.finish(manifest);
    } catch (error) {
      this.#fail(error);
    }
  }

  #writeSegment(table: Table, batch: ColumnBatch): boolean {
    if (this.#failed) return false;
    const written = this.#maskSecrets ? maskColumns(table, batch) : batch;
    try {
      add(this.#bytes, table.name, this.#writer.writeSegment(table, written));
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    this.#failed = true;
    this.#post({ type: 'failed', code, message: writeFailure(error) });
  }

  #checkDisk(): void {
    const now = Date.now();
    if (now - this.#diskChecked < DISK_CHECK_EVERY_MS) return;
    this.#diskChecked = now;
    if (isDiskNearlyFull(this.#fd)) this.#post({ type: 'full' });
  }

  /** Keeps what ids stand for, while it can still be found out. */
  #note(table: Table, batch: ColumnBatch): void {
    this.#uids.add(table, batch);
    const cgroups = this.#cgroups.add(table, batch).map((id) => {
      const path = this.namesOfCgroups(BigInt(id));
      return { cgroup: id, path, container_id: path && containerId(path) };
    });
    if (cgroups.length > 0) this.#writeSegment(CGROUPS, batchFromRows(CGROUPS, cgroups));
  }
}

/** Why the output does not take more, in words. */
export function writeFailure(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'EPIPE'
    ? 'who read it has gone (EPIPE)'
    : reason(error);
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}
