/** Events of a made-up source with a text, for tests of how texts are spelt. */
import type { DecodeAddon } from '../../src/record/decode-addon.js';
import { defineSource, type Source } from '../../src/schema/define-source.js';
import { decodeSource, record } from './decoder.js';
import { textAt } from './rows.js';

const FIXED_SIZE = 28;
const NO_TEXT = 0xffff;

const source = defineSource({
  name: 'texts',
  summary: 'A text of its own length and one of 16 bytes',
  object: 'texts.bpf.o',
  layout: {
    struct: 'texts_event',
    fixedSize: FIXED_SIZE,
    tail: true,
    members: {
      ts: { kind: 'tc_time_ns', offset: 0, size: 8 },
      comm: { kind: 'tc_comm', offset: 8, size: 16 },
      text: { kind: 'tc_text', offset: 24, size: 4 },
    },
  },
  time: 'ts',
  columns: { ts: { doc: '' }, comm: { doc: '' }, text: { doc: '' } },
  hooks: [],
  options: [],
}) as unknown as Source;

/** An event with that text; null for none. comm: at most 16 bytes. */
export function event(text: Uint8Array | null, comm: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(FIXED_SIZE + (text?.length ?? 0));
  bytes.set(comm, 8);
  new DataView(bytes.buffer).setUint16(26, text?.length ?? NO_TEXT, true);
  if (text) bytes.set(text, FIXED_SIZE);
  return record(0, bytes);
}

/** What the decoder makes of such events: their names and their texts. */
export function columnsOf(decoder: DecodeAddon, events: readonly Uint8Array[]) {
  const { columns } = decodeSource(decoder, source, Buffer.concat(events));
  const texts = (index: number) => {
    const column = columns[index];
    if (!column) throw new Error('no such column');
    return Array.from({ length: events.length }, (_, row) => {
      const valid = !column.validity || ((column.validity[row >> 3] as number) >> (row & 7)) & 1;
      return valid ? textAt(column, Number(column.values[row])) : null;
    });
  };
  return { comms: texts(1), texts: texts(2) };
}
