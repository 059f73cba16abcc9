/** What the kernel sent, decoded, written and read back: each source's fixture in fixtures/raw. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openQuery } from '../../src/analyze/query/query.js';
import type { Row } from '../../src/capture/batch-from-rows.js';
import { openCapture } from '../../src/capture/open.js';
import { fileSink } from '../../src/capture/sink.js';
import { CaptureWriter } from '../../src/capture/writer.js';
import { tableOf } from '../../src/schema/define-source.js';
import { layoutDifference } from '../../src/schema/layout.js';
import { SOURCES } from '../../src/sources/index.js';
import {
  decodeSource,
  describeDecoder,
  RECORD_HEADER,
  readRawBatch,
  record,
  splitRecords,
} from '../helpers/decoder.js';
import { seeded } from '../helpers/random.js';
import { asSqlite, rowsOf, rowsText } from '../helpers/rows.js';
import { START, temporaryFolder } from '../helpers/sample-capture.js';

/** Seen if something reads beyond a batch. */
const CANARY = 0xaa;

/** Kinds that point into the tail: bytes of their offset, and of their size. */
const SLICES: Readonly<Record<string, number>> = { tc_text: 2, tc_argv: 4 };

describe.each(SOURCES.map((source) => [source.name, source] as const))('%s', (name, source) => {
  const { bytes, layout, timeOffset, golden } = readRawBatch(name);
  const table = tableOf(source);
  const records = splitRecords(bytes);

  test('the fixture has the layout of today; if not, run fixtures/record-raw', () => {
    expect(layoutDifference(source.layout, layout)).toBeNull();
  });

  describeDecoder('decoded', (decoder) => {
    const decode = (some: Uint8Array) => decodeSource(decoder, source, some, timeOffset);

    test('every event is the row that it should be', async () => {
      const rows = rowsOf(table, decode(bytes));
      await expect(rowsText(rows)).toMatchFileSnapshot(golden);
    });

    test('a batch knows the time that its rows span', () => {
      const batch = decode(bytes);
      const times = rowsOf(table, batch).map((row) => BigInt(row[source.time] as bigint));
      expect(batch.timeFrom).toBe(times.reduce((a, b) => (a < b ? a : b)));
      expect(batch.timeTo).toBe(times.reduce((a, b) => (a > b ? a : b)));
    });

    test('rows come out of a capture as they went in', async () => {
      const batch = decode(bytes);
      const path = join(temporaryFolder(), 'raw.tcap');
      const fd = openSync(path, 'w');
      const start = { ...START, sources: [{ name, hooks: [] }], tables: [table] };
      const writer = new CaptureWriter(fileSink(fd), start, (raw) => decoder.zstdCompress(raw, 1));
      writer.writeSegment(table, batch);
      closeSync(fd);
      const capture = openCapture(path);
      const query = await openQuery(capture, `select * from ${name}`);
      const read = [...query.rows()].map((row) =>
        Object.fromEntries(query.columns.map((column, i) => [column, row[i]])),
      );
      query.close();
      capture.close();
      expect(read).toEqual(asSqlite(rowsOf(table, batch)));
    });

    test('a batch that is cut anywhere is refused, or has fewer rows where a record ends', () => {
      // Behind another record each: what stands before that one cannot matter.
      let at = 0;
      records.forEach((one, i) => {
        const before = records[i - 1]?.length ?? 0;
        const both = bytes.subarray(at - before, at + one.length);
        for (let cut = before + 1; cut < both.length; cut++) {
          if (refusal(() => decode(both.subarray(0, cut))) !== RangeError) {
            expect.fail(`cut at byte ${cut - before} of record ${i}: no RangeError`);
          }
        }
        if (i > 0) expect(decode(both.subarray(0, before)).rows).toBe(1);
        expect(decode(both).rows).toBe(i > 0 ? 2 : 1);
        at += one.length;
      });
      expect(at).toBe(bytes.length);
    });

    test('records of an unknown source, or shorter than their fixed part, are refused', () => {
      const event = (records[0] as Uint8Array).subarray(RECORD_HEADER);
      expect(() => decode(record(1, event))).toThrow(RangeError);
      expect(() => decode(record(0, event.subarray(0, layout.fixedSize - 1)))).toThrow(RangeError);
      expect(decode(record(0, event.subarray(0, layout.fixedSize))).rows).toBe(1);
    });

    const slices = Object.entries(layout.members).flatMap(([member, { kind, offset }]) => {
      const bytes = SLICES[kind];
      return bytes === undefined ? [] : [[member, offset, bytes] as const];
    });

    test.each(slices)(
      '%s is null where it would reach out of its event',
      (member, offset, width) => {
        const event = (records[0] as Uint8Array).subarray(RECORD_HEADER);
        const tail = Buffer.from(event.subarray(layout.fixedSize));
        const most = 2 ** (8 * width) - 1;
        const half = (most + 1) / 2;
        const edges = [0, 1, tail.length - 1, tail.length, tail.length + 1];
        edges.push(half - 1, half, most - layout.fixedSize, most - 1, most);
        for (const from of edges) {
          for (const size of edges) {
            const value = valueOfSlice(member, offset, width, from, size);
            if (size === most || from + size > tail.length) expect(value).toBeNull();
            else {
              const bytes = tail.toString('latin1', from, from + size);
              expect(bytesOf(value)).toBe(Array.isArray(value) ? bytes.replace(/\0$/, '') : bytes);
            }
          }
        }
      },
    );

    /** The first event's member, with another slice, the batch lying amid other bytes. */
    function valueOfSlice(
      member: string,
      offset: number,
      width: number,
      from: number,
      size: number,
    ) {
      const first = records[0] as Uint8Array;
      const around = Buffer.alloc(first.length + 2 ** 17, CANARY);
      const changed = around.subarray(2 ** 16, 2 ** 16 + first.length);
      changed.set(first);
      changed.writeUIntLE(from, RECORD_HEADER + offset, width);
      changed.writeUIntLE(size, RECORD_HEADER + offset + width, width);
      // Without nullWhereEqual: two texts may well be equal now.
      const columns = { [source.time]: { doc: '' }, [member]: { doc: '' } };
      const only = { ...source, columns } as unknown as typeof source;
      const [row] = rowsOf(tableOf(only), decodeSource(decoder, only, changed));
      return row?.[member] ?? null;
    }

    test('damaged batches are refused or decoded, and never more than that', () => {
      const random = seeded(1);
      let decoded = 0;
      for (let i = 0; i < 1000; i++) {
        const damaged = Uint8Array.from(bytes.subarray(0, 1 + random(bytes.length)));
        for (let flips = 1 + random(8); flips > 0; flips--) {
          damaged[random(damaged.length)] = random(256);
        }
        const [batch] = attempt(() => [decode(damaged)]) ?? [];
        if (!batch) continue;
        decoded++;
        expect(rowsOf(table, batch)).toHaveLength(batch.rows);
      }
      expect(decoded).toBeGreaterThan(0);
    });
  });
});

/** What a text or a list was made of, a character a byte; a list without its last NUL. */
function bytesOf(value: Row[string]): string {
  const text = Array.isArray(value) ? value.join('\0') : String(value);
  const spelt = Buffer.from(text).toString('latin1');
  return spelt.replace(/\\x([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
}

function refusal(decode: () => unknown): unknown {
  try {
    decode();
    return null;
  } catch (error) {
    return (error as Error).constructor;
  }
}

/** What it gives; null where it throws a RangeError. */
function attempt<T>(decode: () => T): T | null {
  try {
    return decode();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
