/** A second source, declared here and nowhere else: decoded, written and read like any other. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openQuery } from '../../src/analyze/query/query.js';
import { openCapture } from '../../src/capture/open.js';
import { OWN_TABLES } from '../../src/capture/own-tables.js';
import { SegmentStream } from '../../src/record/segment-stream.js';
import { decodePlan, defineSource, type Source, tableOf } from '../../src/schema/define-source.js';
import { KINDS } from '../../src/schema/kinds.js';
import { type BtfMember, layoutFromBtf } from '../../src/schema/layout.js';
import { SOURCES } from '../../src/sources/index.js';
import { describeDecoder, readRawBatch, record, splitRecords } from '../helpers/decoder.js';
import { rowsOf } from '../helpers/rows.js';
import { manifestOf, START, temporaryFolder } from '../helpers/sample-capture.js';

const FIXED_SIZE = 125;

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
  ['memory_bytes', 'tc_bytes', 8],
  ['tries', 'tc_count', 4],
  ['exit_code', 'tc_exit_code', 4],
  ['signal', 'tc_signal', 4],
  ['argv', 'tc_argv', 8],
  ['ip_version', 'tc_ip_version', 1],
  ['addr', 'tc_ip', 16],
  ['port', 'tc_port', 2],
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

interface Made {
  readonly when: bigint;
  readonly said: string | null;
  readonly argv: readonly string[] | null;
  /** Whether what can be null is. */
  readonly nulls: boolean;
}

function madeupEvent({ when, said, argv, nulls }: Made): Uint8Array {
  const text = Buffer.from(said ?? '');
  const list = Buffer.from((argv ?? []).map((argument) => `${argument}\0`).join(''));
  const bytes = Buffer.alloc(FIXED_SIZE);
  bytes.writeBigUInt64LE(when, 0);
  bytes.writeBigUInt64LE(nulls ? 2n ** 64n - 1n : 2n ** 63n - 1n, 8);
  bytes.writeBigUInt64LE(2n ** 64n - 1n, 16);
  bytes.writeBigUInt64LE(nulls ? 2n ** 64n - 1n : 0o100n, 24);
  bytes.writeInt32LE(nulls ? -1 : -7, 32);
  bytes.writeUInt32LE(2 ** 32 - 1, 36);
  bytes.writeUInt32LE(4_026_531_841, 40);
  bytes.writeInt32LE(-13, 44);
  bytes.writeInt32LE(nulls ? -(2 ** 31) : -100, 48);
  bytes.writeUInt32LE(nulls ? 2 ** 32 - 1 : 0o644, 52);
  bytes.writeUInt16LE(said === null ? 0xffff : text.length, 58);
  bytes.write('a comm', 60);
  bytes.writeUInt8(nulls ? 0xff : 1, 76);
  bytes.writeUInt8(nulls ? 0 : 1, 77);
  bytes.writeBigInt64LE(nulls ? -1n : 4096n, 78);
  bytes.writeUInt32LE(2 ** 32 - 1, 86);
  bytes.writeInt32LE(nulls ? -1 : 255, 90);
  bytes.writeInt32LE(nulls ? 0 : 9, 94);
  bytes.writeUInt32LE(text.length, 98);
  bytes.writeUInt32LE(argv === null ? 0xffff_ffff : list.length, 102);
  bytes.writeUInt8(4, 106);
  if (!nulls) bytes.write('00000000000000000000ffff0a000001', 107, 'hex');
  bytes.writeUInt16LE(nulls ? 0 : 65_535, 123);
  return Buffer.concat([bytes, text, list]);
}

test('a made-up source has a member of every kind', () => {
  const kinds = Object.values(madeup.layout.members).map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(Object.keys(KINDS).toSorted());
  expect(madeup.layout.fixedSize).toBe(FIXED_SIZE);
});

describeDecoder('a made-up source', (decoder) => {
  test('lies beside a real one in a batch and in a capture', async () => {
    const [real] = SOURCES;
    if (!real) throw new Error('no source');
    const { bytes } = readRawBatch(real.name);
    const batches = decoder.decodeRecords(
      [real, madeup].map(decodePlan),
      Buffer.concat([
        record(1, madeupEvent({ when: 20n, said: 'hello', argv: ['a', ''], nulls: false })),
        bytes,
        record(1, madeupEvent({ when: 10n, said: null, argv: null, nulls: true })),
      ]),
      1000n,
    );
    expect(batches[0]?.rows).toBe(splitRecords(bytes).length);
    const batch = batches[1];
    if (!batch) throw new Error('no batch');
    expect([batch.rows, batch.timeFrom, batch.timeTo]).toEqual([2, 1010n, 1020n]);
    const common = {
      cgroup: 2n ** 64n - 1n,
      uid: 2 ** 32 - 1,
      ns: 4_026_531_841,
      ret: -13,
      comm: 'a comm',
      tries: 2 ** 32 - 1,
      ip_version: 4,
    };
    expect(rowsOf(tableOf(madeup), batch)).toEqual([
      {
        ...common,
        when: 1020n,
        took_ns: 2n ** 63n - 1n,
        flags: 0o100n,
        pid: -7,
        fd: -100,
        mode: 0o644,
        said: 'hello',
        mood: 'cross',
        loud: true,
        memory_bytes: 4096n,
        exit_code: 255,
        signal: 9,
        argv: ['a', ''],
        addr: '10.0.0.1',
        port: 65_535,
      },
      {
        ...common,
        when: 1010n,
        took_ns: null,
        flags: null,
        pid: null,
        fd: null,
        mode: null,
        said: null,
        mood: null,
        loud: false,
        memory_bytes: null,
        exit_code: null,
        signal: null,
        argv: null,
        addr: null,
        port: null,
      },
    ]);

    const path = join(temporaryFolder(), 'two.tcap');
    const fd = openSync(path, 'w');
    const stream = new SegmentStream(
      {
        output: { fd, path },
        start: {
          ...START,
          sources: [real, madeup].map(({ name }) => ({ name, hooks: [] })),
          tables: [...[real, madeup].map(tableOf), ...OWN_TABLES],
        },
        sources: [real.name, madeup.name],
        maskSecrets: false,
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
      'select said, mood, loud, fd, argv, addr, error, t_ns is not null from madeup order by "when"',
    );
    const read = [...query.rows()];
    query.close();
    capture.close();
    expect(read).toEqual([
      [null, null, 0n, null, null, null, 'EACCES', 1n],
      ['hello', 'cross', 1n, -100n, '["a",""]', '10.0.0.1', 'EACCES', 1n],
    ]);
  });
});
