/** The decoder addon for tests that need it, and the raw batches that it is tested with. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { type DecodeAddon, loadDecodeAddon } from '../../src/record/decode-addon.js';
import { decodePlan, type Source } from '../../src/schema/define-source.js';
import type { Layout } from '../../src/schema/layout.js';
import type { ColumnBatch } from '../../src/schema/table.js';

const RAW = new URL('../../fixtures/raw/', import.meta.url);

/**
 * Like describe(), for tests that decode. Where the addon is not built they are skipped, and stderr
 * says so; in CI that is a failure.
 */
export function describeDecoder(name: string, tests: (decoder: DecodeAddon) => void): void {
  const decoder = loadDecodeAddon();
  if (decoder) {
    describe(name, () => tests(decoder));
    return;
  }
  const obstacle = "native/build/decode.node is not built: run 'npm run build:native'";
  if (process.env.CI === 'true') throw new Error(obstacle);
  process.stderr.write(`decoder tests skipped: ${name}: ${obstacle}\n`);
  describe.skip(`${name} (${obstacle})`, () => tests(undefined as never));
}

/** A fixture of fixtures/raw: events as the kernel sent them, and what decoding them needs. */
export interface RawBatch {
  readonly bytes: Uint8Array;
  readonly layout: Layout;
  readonly timeOffset: bigint;
  /** Path of the rows that it must become. */
  readonly golden: string;
}

export function readRawBatch(source: string): RawBatch {
  const folder = new URL(`${source}/`, RAW);
  const batch = JSON.parse(readFileSync(new URL('batch.json', folder), 'utf8'));
  return {
    bytes: readFileSync(new URL('events.bin', folder)),
    layout: batch.layout,
    timeOffset: BigInt(batch.time_offset_ns),
    golden: fileURLToPath(new URL('rows.json', folder)),
  };
}

/** Struct tc_record, then the event. */
export const RECORD_HEADER = 8;

/** The records of a raw batch, each with its header. */
export function splitRecords(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += records.at(-1)?.length ?? 0) {
    const size = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(4, true);
    records.push(bytes.subarray(at, at + RECORD_HEADER + size));
  }
  return records;
}

/** A record by hand: an event of the source with this number. */
export function record(number: number, event: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RECORD_HEADER + event.length);
  new DataView(bytes.buffer).setUint32(0, number, true);
  new DataView(bytes.buffer).setUint32(4, event.length, true);
  bytes.set(event, RECORD_HEADER);
  return bytes;
}

/** Decodes the records of one source, of which there must be some. */
export function decodeSource(
  decoder: DecodeAddon,
  source: Source,
  bytes: Uint8Array,
  timeOffset = 0n,
): ColumnBatch {
  const [batch] = decoder.decodeRecords([decodePlan(source)], bytes, timeOffset);
  if (!batch) throw new Error('no rows');
  return batch;
}
