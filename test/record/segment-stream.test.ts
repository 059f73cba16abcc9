/** A recording's writing side, without a kernel: real rows, real compression, a disk that fills. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { openCapture } from '../../src/capture/open.js';
import { OWN_TABLES } from '../../src/capture/own-tables.js';
import { PROCESSES } from '../../src/capture/processes.js';
import type { FromWorker } from '../../src/record/segment-messages.js';
import { SegmentStream } from '../../src/record/segment-stream.js';
import { tableOf } from '../../src/schema/define-source.js';
import type { ColumnBatch } from '../../src/schema/table.js';
import { opensnoop } from '../../src/sources/opensnoop.js';
import {
  decodeSource,
  describeDecoder,
  RECORD_HEADER,
  readRawBatch,
  splitRecords,
} from '../helpers/decoder.js';
import { manifestOf, START, temporaryFolder } from '../helpers/sample-capture.js';
import { zstdRaw } from '../helpers/zstd-raw.js';

const disk = vi.hoisted(() => ({
  writeSync: vi.fn(),
  /** Bytes that it still takes. */
  room: Number.POSITIVE_INFINITY,
  statfsSync: vi.fn(),
}));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  disk.statfsSync.mockImplementation(fs.statfsSync);
  disk.writeSync.mockImplementation((fd: number, bytes: Uint8Array) => {
    if (disk.room <= 0) throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' });
    const written = fs.writeSync(fd, bytes.subarray(0, disk.room));
    disk.room -= written;
    return written;
  });
  return { ...fs, writeSync: disk.writeSync, statfsSync: disk.statfsSync };
});

afterEach(() => {
  disk.room = Number.POSITIVE_INFINITY;
});

const NAME = opensnoop.name;
const source = opensnoop as never;
const start = {
  ...START,
  sources: [{ name: NAME, hooks: [] }],
  tables: [tableOf(source), ...OWN_TABLES],
};

/** A stream into a new file, and what it says. */
function openStream(compress: (bytes: Uint8Array, level: number) => Uint8Array = zstdRaw) {
  const path = join(temporaryFolder(), 'x.tcap');
  const fd = openSync(path, 'w');
  const said: FromWorker[] = [];
  const stream = new SegmentStream(
    { output: { fd, path }, start, sources: [NAME], maskSecrets: true },
    compress,
    (message) => said.push(message),
  );
  return { stream, path, said, close: () => closeSync(fd) };
}

function rowsIn(
  path: string,
  table: string = NAME,
): { rows: number; segments: number; finished: boolean } {
  const capture = openCapture(path);
  const segments = capture.segments(table);
  const names =
    capture.tables.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];
  const rows = segments.reduce((sum, segment) => sum + (segment.read(names)[0]?.length ?? 0), 0);
  const finished = capture.manifest !== null;
  capture.close();
  return { rows, segments: segments.length, finished };
}

const loss = { object: 0, reason: 0, count: 5n, from: 1n, to: 2n };

describeDecoder('SegmentStream', (decoder) => {
  const { bytes, timeOffset } = readRawBatch(NAME);
  const records = splitRecords(bytes);

  /** So many rows of the fixture, one after the other, from the n-th on, a time apart. */
  function batchFrom(first: number, count: number, apart = 100_000_000n): ColumnBatch {
    const events = Array.from({ length: count }, (_, i) => {
      const n = first + i;
      const event = Uint8Array.from(records[n % records.length] as Uint8Array);
      const at = new DataView(event.buffer, RECORD_HEADER);
      at.setBigUint64(0, at.getBigUint64(0, true) + BigInt(n) * apart, true);
      return event;
    });
    return decodeSource(decoder, source, Buffer.concat(events), timeOffset);
  }

  test('an hour of ten opens a second, flushed by 64, is less than 6 MB', () => {
    const { stream, path, close } = openStream(decoder.zstdCompress);
    for (let n = 0; n < 36_000; n += 64) {
      stream.write({ table: 0, batch: batchFrom(n, Math.min(64, 36_000 - n)) });
    }
    stream.finish({ ...manifestOf(start, 0), sources: stream.sources });
    close();
    const megabytes = stream.bytes / 1e6;
    expect(megabytes, `${megabytes.toFixed(2)} MB`).toBeLessThan(6);
    expect(megabytes, `${megabytes.toFixed(2)} MB`).toBeGreaterThan(1);
    expect(rowsIn(path)).toEqual({ rows: 36_000, segments: 563, finished: true });
  });

  test('counts rows, bytes and losses by source, and notes who was seen', () => {
    const { stream, path, said, close } = openStream();
    const before = stream.bytes;
    stream.write({ table: 0, batch: batchFrom(0, records.length) });
    stream.write({ losses: [loss, { ...loss, object: null, count: 2n }] });
    const [counted] = stream.sources;
    expect(counted).toMatchObject({ name: NAME, rows: records.length, lost: 5 });
    expect(counted?.bytes).toBeGreaterThan(0);
    expect(before + (counted?.bytes ?? 0)).toBeLessThan(stream.bytes);
    expect(stream.lost).toBe(7);
    expect(stream.uids.toSorted()).toEqual([0, 1000]);
    stream.finish({ ...manifestOf(start, 0), sources: stream.sources });
    close();
    expect(rowsIn(path, 'losses').rows).toBe(2);
    expect(said).toEqual([]);
  });

  test('each cgroup is named once, before the rows that bear its id, and while it lives', () => {
    const { stream, path, close } = openStream();
    const asked: bigint[] = [];
    stream.namesOfCgroups = (id) => {
      asked.push(id);
      return id === 2n ? `/system.slice/docker-${'a1'.repeat(32)}.scope` : null;
    };
    const process = { pid: 7, ppid: 1, uid: 12_345, start_ts: 1n, comm: 'sh' };
    for (const at of ['start', 'end']) {
      stream.writeRows(PROCESSES, [
        { at, ...process, cgroup: 2n },
        { at, ...process, cgroup: 3n },
      ]);
    }
    stream.write({ table: 0, batch: batchFrom(0, records.length) });
    const [own, ...others] = asked.filter((id) => id !== 2n && id !== 3n);
    stream.writeRows(PROCESSES, [{ at: 'end', ...process, cgroup: own as bigint }]);
    expect(asked).toEqual([2n, 3n, own, ...others]);
    expect(stream.uids.toSorted((a, b) => a - b)).toEqual([0, 1000, 12_345]);
    stream.finish({ ...manifestOf(start, 0), sources: stream.sources });
    close();
    expect(rowsIn(path, 'processes').rows).toBe(5);
    const capture = openCapture(path);
    const rows = capture.segments('cgroups').flatMap((segment) => {
      const [ids, paths, containers] = segment.read(['cgroup', 'path', 'container_id']);
      return Array.from({ length: segment.rows }, (_, row) =>
        [ids, paths, containers].map((vector) => vector?.get(row)),
      );
    });
    capture.close();
    expect(rows).toEqual([
      [2n, `/system.slice/docker-${'a1'.repeat(32)}.scope`, 'a1'.repeat(32)],
      ...[3n, own, ...others].map((id) => [id, null, null]),
    ]);
  });

  test('processes by the thousand are several segments', () => {
    const { stream, path, close } = openStream();
    const rows = Array.from({ length: 600 }, (_, pid) => ({
      ...{ at: 'start', pid, ppid: 1, uid: 0, start_ts: 1n, comm: 'sh', cgroup: 1n },
    }));
    stream.writeRows(PROCESSES, rows);
    stream.writeRows(PROCESSES, []);
    stream.finish({ ...manifestOf(start, 0), sources: stream.sources });
    close();
    expect(rowsIn(path, 'processes')).toEqual({ rows: 600, segments: 3, finished: true });
  });

  test('a disk that fills anywhere leaves a capture that is whole up to there, the rest counted as lost', () => {
    const whole = openStream();
    for (let n = 0; n < 320; n += 64) whole.stream.write({ table: 0, batch: batchFrom(n, 64) });
    whole.close();
    const empty = openStream();
    empty.close();
    for (let room = empty.stream.bytes; room < whole.stream.bytes; room += 997) {
      const { stream, path, said, close } = openStream();
      disk.room = room - stream.bytes;
      for (let n = 0; n < 320; n += 64) stream.write({ table: 0, batch: batchFrom(n, 64) });
      stream.write({ losses: [loss] });
      stream.finish({ ...manifestOf(start, 0), sources: stream.sources });
      disk.room = Number.POSITIVE_INFINITY;
      close();
      const { rows, finished } = rowsIn(path);
      expect(finished).toBe(false);
      expect(rows % 64).toBe(0);
      expect(stream.sources).toMatchObject([{ rows, lost: 320 - rows + 5 }]);
      expect(said).toEqual([{ type: 'failed', code: 'ENOSPC', message: 'ENOSPC: no space left' }]);
    }
  });

  test('a disk that has only its reserve left is told, and the rows are still written', () => {
    disk.statfsSync.mockReturnValueOnce({ bsize: 4096, blocks: 1000, bavail: 1 });
    const { stream, path, said, close } = openStream();
    stream.write({ table: 0, batch: batchFrom(0, 64) });
    close();
    expect(said).toEqual([{ type: 'full' }]);
    expect(rowsIn(path).rows).toBe(64);
  });

  test('what is no failure of the disk is a bug, and thrown', () => {
    const { stream, close } = openStream(() => {
      throw new TypeError('bug');
    });
    expect(() => stream.write({ table: 0, batch: batchFrom(0, 1) })).toThrow(TypeError);
    expect(() => stream.write({ table: 1, batch: batchFrom(0, 1) })).toThrow('no table 1');
    close();
  });
});
