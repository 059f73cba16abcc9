import { describe, expect, test } from 'vitest';
import { batchFromRows, type Row } from '../../src/capture/batch-from-rows.js';
import { LOSSES } from '../../src/capture/losses.js';
import { openCapture } from '../../src/capture/open.js';
import { CaptureWriter } from '../../src/capture/writer.js';
import type { Table } from '../../src/schema/table.js';
import { manifestOf, T0 } from '../helpers/sample-capture.js';
import { zstdRaw } from '../helpers/zstd-raw.js';
import {
  EVERYTHING,
  MANIFEST,
  memorySink,
  ROWS,
  readEverything,
  START,
  sampleCapture,
  temporaryFile,
  valuesOf,
} from './fixture.js';

function expected(table: Table, rows: readonly Row[]) {
  return Object.fromEntries(
    table.columns.map(({ name, type }) => [
      name,
      rows.map((row) => {
        const value = row[name] ?? null;
        const wide = /64|timestamp/.test(type);
        return wide && typeof value === 'number' ? BigInt(value) : value;
      }),
    ]),
  );
}

describe('a capture that was written is read back', () => {
  test('documents, tables and every type of column with its extremes and nulls', () => {
    const bytes = sampleCapture({ segments: 2 });
    const capture = openCapture(temporaryFile(bytes));
    expect(capture.start).toEqual(START);
    expect(capture.manifest).toEqual(manifestOf(START, 2 * ROWS.length));
    expect(capture.sizeBytes).toBe(bytes.length);
    expect(capture.tables).toEqual([EVERYTHING, LOSSES]);
    expect(readEverything(capture)).toEqual({
      everything: expected(EVERYTHING, [...ROWS, ...ROWS]),
      losses: expected(LOSSES, [
        { ts_from: T0, ts_to: T0 + 1n, source: 'everything', reason: 'ring_full', count: 3 },
      ]),
    });
    capture.close();
  });

  test('a segment tells its rows and its span before it is read', () => {
    const capture = openCapture(temporaryFile(sampleCapture()));
    const [segment] = capture.segments('everything');
    expect(segment?.rows).toBe(4);
    expect(segment?.timeFrom).toBe(T0);
    expect(segment?.timeTo).toBe(T0 + 2n ** 33n);
    expect(segment?.table).toEqual(EVERYTHING);
    expect(capture.segments('nothing')).toEqual([]);
    capture.close();
  });

  test('columns come in the order in which they are asked for', () => {
    const capture = openCapture(temporaryFile(sampleCapture()));
    const [path, i32] = capture.segments('everything')[0]?.read(['path', 'i32']) ?? [];
    expect(path && valuesOf(path)).toEqual(expected(EVERYTHING, ROWS).path);
    expect(i32 && valuesOf(i32)).toEqual(expected(EVERYTHING, ROWS).i32);
    capture.close();
  });

  test('columns that are null throughout, with empty dictionaries', () => {
    const sink = memorySink();
    const writer = new CaptureWriter(sink, START, zstdRaw);
    const rows = [{ ts: 1 }, { ts: 2 }];
    writer.writeSegment(EVERYTHING, batchFromRows(EVERYTHING, rows));
    const capture = openCapture(temporaryFile(sink.bytes()));
    expect(readEverything(capture).everything).toEqual(expected(EVERYTHING, rows));
    capture.close();
  });

  test.each([1, 7, 8, 9, 63, 64, 65, 1000])('%i rows, in which every third is null', (count) => {
    const rows = Array.from({ length: count }, (_, i): Row => {
      if (i % 3 === 0) return { ts: BigInt(i) };
      const path = `/${'x'.repeat(i % 50)}/${i % 7}`;
      return {
        ts: BigInt(i),
        i32: -i,
        u64: BigInt(i),
        flag: i % 2 === 0,
        path,
        text: path,
        args: Array.from({ length: i % 5 }, (_, n) => path.slice(n)),
        op: 'openat',
      };
    });
    const sink = memorySink();
    const writer = new CaptureWriter(sink, START, zstdRaw);
    writer.writeSegment(EVERYTHING, batchFromRows(EVERYTHING, rows));
    const capture = openCapture(temporaryFile(sink.bytes()));
    expect(readEverything(capture).everything).toEqual(expected(EVERYTHING, rows));
    capture.close();
  });

  test('buffers that are longer than their rows, as the decoder has them', () => {
    const batch = batchFromRows(EVERYTHING, ROWS);
    const columns = batch.columns.map((column) => {
      const Values = column.values.constructor as Uint8ArrayConstructor;
      const values = new Values(column.values.length + 100).fill(
        column.values instanceof BigInt64Array || column.values instanceof BigUint64Array
          ? (7n as never)
          : 7,
      );
      values.set(column.values as Uint8Array);
      const validity = column.validity && new Uint8Array(100).fill(0xff);
      validity?.set(column.validity ?? []);
      return { ...column, values, validity };
    });
    const sink = memorySink();
    new CaptureWriter(sink, START, zstdRaw).writeSegment(EVERYTHING, { ...batch, columns });
    const capture = openCapture(temporaryFile(sink.bytes()));
    expect(readEverything(capture).everything).toEqual(expected(EVERYTHING, ROWS));
    capture.close();
  });

  test('a thousand segments, in order', () => {
    const sink = memorySink();
    const writer = new CaptureWriter(sink, START, zstdRaw);
    const row = (n: number) => ({ ts_from: n, ts_to: n, source: 's', reason: 'r', count: n });
    const count = 1000;
    for (let n = 0; n < count; n++) writer.writeSegment(LOSSES, batchFromRows(LOSSES, [row(n)]));
    writer.finish(manifestOf(START, 0));
    const capture = openCapture(temporaryFile(sink.bytes()));
    const segments = capture.segments('losses');
    expect(segments.map((segment) => Number(segment.timeFrom))).toEqual([...Array(count).keys()]);
    const last = segments.at(-1)?.read(['count'])[0];
    expect(last && valuesOf(last)).toEqual([BigInt(count - 1)]);
    capture.close();
  });
});

describe('the writer', () => {
  test('says how many bytes the file grew by, in whole entries', () => {
    const sink = memorySink();
    const writer = new CaptureWriter(sink, START, zstdRaw);
    expect(writer.bytesWritten).toBe(sink.bytes().length);
    const before = writer.bytesWritten;
    const grown = writer.writeSegment(EVERYTHING, batchFromRows(EVERYTHING, ROWS));
    expect(grown).toBe(sink.bytes().length - before);
    writer.finish(MANIFEST);
    expect(writer.bytesWritten).toBe(sink.bytes().length);
  });

  test('writes nothing for no rows', () => {
    const sink = memorySink();
    const writer = new CaptureWriter(sink, START, zstdRaw);
    const before = writer.bytesWritten;
    expect(writer.writeSegment(EVERYTHING, batchFromRows(EVERYTHING, []))).toBe(0);
    expect(writer.bytesWritten).toBe(before);
  });

  test('refuses a table that start.json does not describe', () => {
    const writer = new CaptureWriter(memorySink(), START, zstdRaw);
    const table = { ...LOSSES, name: 'other' };
    expect(() => writer.writeSegment(table, batchFromRows(table, []))).toThrow('no table other');
  });

  test('after its sink has failed, writes no more, and what it wrote is a capture', () => {
    const kept = memorySink();
    let room = 2500;
    const writer = new CaptureWriter(
      {
        write(chunk) {
          kept.write(chunk.subarray(0, room));
          room -= chunk.length;
          if (room < 0) throw new Error('ENOSPC');
        },
      },
      START,
      zstdRaw,
    );
    const fill = () => {
      for (;;) writer.writeSegment(EVERYTHING, batchFromRows(EVERYTHING, ROWS));
    };
    expect(fill).toThrow('ENOSPC');
    room = 1e9;
    expect(() => writer.finish(MANIFEST)).toThrow('ENOSPC');
    expect(writer.bytesWritten).toBeLessThan(2500);
    const capture = openCapture(temporaryFile(kept.bytes()));
    expect(capture.manifest).toBe(null);
    readEverything(capture);
    capture.close();
  });
});
