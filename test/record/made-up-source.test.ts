/** A second source, declared here and nowhere else: decoded, written and read like any other. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQuery } from '../../src/analyze/query/query.js';
import { openCapture } from '../../src/capture/open.js';
import { SegmentStream } from '../../src/record/segment-stream.js';
import { decodePlan, defineSource, type Source, tableOf } from '../../src/schema/define-source.js';
import { type BtfMember, layoutFromBtf } from '../../src/schema/layout.js';
import { SOURCES } from '../../src/sources/index.js';
import { describeDecoder, readRawBatch, record, splitRecords } from '../helpers/decoder.js';
import { rowsOf } from '../helpers/rows.js';
import { manifestOf, START, temporaryFolder } from '../helpers/sample-capture.js';

const FIXED_SIZE = 78;

/** As BTF would have it: a member of every kind. */
const MEMBERS: readonly (readonly [name: string, type: string, size: number])[] = [
  ['when', 'tc_time_ns', 8],
  ['took_ns', 'tc_duration_ns', 8],
  ['cgroup', 'tc_cgroup', 8],
  ['flags', 'tc_open_flags', 8],
  ['pid', 'tc_pid', 4],
  ['uid', 'tc_uid', 4],
  ['ns', 'tc_ns', 4],
  ['ret', 'tc_result', 4],
  ['fd', 'tc_fd', 4],
  ['mode', 'tc_mode', 4],
  ['said', 'tc_text', 4],
  ['comm', 'tc_comm', 16],
  ['mood', 'enum madeup_mood', 1],
  ['loud', 'tc_bool', 1],
];

const madeup = declare();

function declare(): Source {
  let bitOffset = 0;
  const members: BtfMember[] = MEMBERS.map(([name, type, size]) => {
    const member = { name, type, size, bitOffset, bitfieldSize: 0, flexible: false };
    bitOffset += size * 8;
    const enumerators = ['calm', 'cross'].map((word, value) => ({
      name: `madeup_mood_${word}`,
      value,
    }));
    return type.startsWith('enum') ? { ...member, enumerators } : member;
  });
  const tail = { name: 'tail', type: 'char', size: 0, bitOffset, bitfieldSize: 0, flexible: true };
  const layout = layoutFromBtf({ name: 'madeup_event', size: 80, members: [...members, tail] });
  const columns = Object.fromEntries(MEMBERS.map(([name]) => [name, { doc: `The ${name}` }]));
  return defineSource({
    name: 'madeup',
    summary: 'What was made up',
    object: 'madeup.bpf.o',
    layout,
    time: 'when',
    columns,
    hooks: [],
    options: [],
  });
}

function madeupEvent(when: bigint, said: string | null, nulls: boolean): Uint8Array {
  const text = Buffer.from(said ?? '');
  const bytes = Buffer.alloc(FIXED_SIZE + text.length);
  bytes.writeBigUInt64LE(when, 0);
  bytes.writeBigUInt64LE(2n ** 63n - 1n, 8);
  bytes.writeBigUInt64LE(2n ** 64n - 1n, 16);
  bytes.writeBigUInt64LE(0o100n, 24);
  bytes.writeInt32LE(-7, 32);
  bytes.writeUInt32LE(2 ** 32 - 1, 36);
  bytes.writeUInt32LE(4_026_531_841, 40);
  bytes.writeInt32LE(-13, 44);
  bytes.writeInt32LE(nulls ? -(2 ** 31) : -100, 48);
  bytes.writeUInt32LE(nulls ? 2 ** 32 - 1 : 0o644, 52);
  bytes.writeUInt16LE(said === null ? 0xffff : text.length, 58);
  bytes.write('a comm', 60);
  bytes.writeUInt8(nulls ? 0xff : 1, 76);
  bytes.writeUInt8(nulls ? 0 : 1, 77);
  text.copy(bytes, FIXED_SIZE);
  return bytes;
}

describeDecoder('a made-up source', (decoder) => {
  test('lies beside a real one in a batch and in a capture', async () => {
    const [real] = SOURCES;
    if (!real) throw new Error('no source');
    const { bytes } = readRawBatch(real.name);
    const batches = decoder.decodeRecords(
      [real, madeup].map(decodePlan),
      Buffer.concat([
        record(1, madeupEvent(20n, 'hello', false)),
        bytes,
        record(1, madeupEvent(10n, null, true)),
      ]),
      1000n,
    );
    expect(batches[0]?.rows).toBe(splitRecords(bytes).length);
    const batch = batches[1];
    if (!batch) throw new Error('no batch');
    expect([batch.rows, batch.timeFrom, batch.timeTo]).toEqual([2, 1010n, 1020n]);
    const common = {
      took_ns: 2n ** 63n - 1n,
      cgroup: 2n ** 64n - 1n,
      flags: 0o100n,
      pid: -7,
      uid: 2 ** 32 - 1,
      ns: 4_026_531_841,
      ret: -13,
      comm: 'a comm',
    };
    expect(rowsOf(tableOf(madeup), batch)).toEqual([
      { ...common, when: 1020n, fd: -100, mode: 0o644, said: 'hello', mood: 'cross', loud: true },
      { ...common, when: 1010n, fd: null, mode: null, said: null, mood: null, loud: false },
    ]);

    const path = join(temporaryFolder(), 'two.tcap');
    const fd = openSync(path, 'w');
    const stream = new SegmentStream(
      {
        output: { fd, path },
        start: {
          ...START,
          sources: [real, madeup].map(({ name }) => ({ name, hooks: [] })),
          tables: [real, madeup].map(tableOf),
        },
        sources: [real.name, madeup.name],
      },
      decoder.zstdCompress,
      () => {},
    );
    stream.write({ table: 0, batch: batches[0] as typeof batch });
    stream.write({ table: 1, batch });
    stream.finish({ ...manifestOf(START, 0), sources: stream.sources });
    closeSync(fd);
    expect(stream.sources).toMatchObject([{ name: real.name }, { name: 'madeup', rows: 2 }]);
    expect(stream.uids).toContain(2 ** 32 - 1);

    const capture = openCapture(path);
    const query = await openQuery(
      capture,
      'select said, mood, loud, fd, error, t_ns is not null from madeup order by "when"',
    );
    const read = [...query.rows()];
    query.close();
    capture.close();
    expect(read).toEqual([
      [null, null, 0n, null, 'EACCES', 1n],
      ['hello', 'cross', 1n, -100n, 'EACCES', 1n],
    ]);
  });
});
