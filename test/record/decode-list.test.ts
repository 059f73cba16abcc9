/** Lists of arguments through the decoder, the file and a query. */
import { expect, test } from 'vitest';
import type { DecodeAddon } from '../../src/record/decode-addon.js';
import { defineSource, type Source, tableOf } from '../../src/schema/define-source.js';
import { decodeSource, describeDecoder, record } from '../helpers/decoder.js';
import { seeded } from '../helpers/random.js';
import { rowsOf } from '../helpers/rows.js';

const FIXED_SIZE = 16;
const NO_ARGV = 0xffff_ffff;

const source = defineSource({
  name: 'lists',
  summary: 'A list of arguments',
  object: 'lists.bpf.o',
  layout: {
    struct: 'lists_event',
    fixedSize: FIXED_SIZE,
    tail: true,
    members: {
      ts: { kind: 'tc_time_ns', offset: 0, size: 8 },
      argv: { kind: 'tc_argv', offset: 8, size: 8 },
    },
  },
  time: 'ts',
  columns: { ts: { doc: '' }, argv: { doc: '' } },
  hooks: [],
  options: [],
}) as unknown as Source;

/** An event with these bytes in its tail, and a slice of them: all unless told. */
function event(tail: string, { offset = 0, size = tail.length } = {}): Uint8Array {
  const bytes = Buffer.alloc(FIXED_SIZE + tail.length);
  bytes.writeUInt32LE(offset, 8);
  bytes.writeUInt32LE(size, 12);
  bytes.write(tail, FIXED_SIZE, 'latin1');
  return record(0, bytes);
}

const none = event('', { size: NO_ARGV });

function listsOf(decoder: DecodeAddon, events: readonly Uint8Array[]) {
  const batch = decodeSource(decoder, source, Buffer.concat(events));
  return rowsOf(tableOf(source), batch).map(({ argv }) => argv);
}

describeDecoder('a list', (decoder) => {
  test.each([
    ['no arguments', '', []],
    ['one', 'ls\0', ['ls']],
    ['several', 'ls\0-l\0/tmp\0', ['ls', '-l', '/tmp']],
    ['one empty', '\0', ['']],
    ['empty ones first, amid and last', '\0a\0\0b\0\0', ['', 'a', '', 'b', '']],
    ['a last one without its NUL', 'cat\0/etc/pas', ['cat', '/etc/pas']],
    ['only one, without its NUL', 'cat', ['cat']],
    ['lines and controls, which are text', 'a\nb\0\x1b[31m\0', ['a\nb', '\x1b[31m']],
    ['UTF-8', 'caf\xc3\xa9\0', ['café']],
    ['bytes that are none', 'caf\xe9\0\\x41\0', ['caf\\xE9', '\\x5Cx41']],
    ['a sequence cut by the NUL', '\xe2\x82\0\xac\0', ['\\xE2\\x82', '\\xAC']],
    ['a sequence cut at the end', 'a\0\xe2\x82', ['a', '\\xE2\\x82']],
    ['the same twice', 'a\0a\0', ['a', 'a']],
  ])('%s', (_, tail, argv) => {
    expect(listsOf(decoder, [event(tail)])).toEqual([argv]);
  });

  test('rows keep their own, null where they are not known', () => {
    const rows = [none, event('a\0b\0'), event(''), none, event('c'), none];
    expect(listsOf(decoder, rows)).toEqual([null, ['a', 'b'], [], null, ['c'], null]);
    expect(listsOf(decoder, [none])).toEqual([null]);
    expect(listsOf(decoder, [event(''), event('')])).toEqual([[], []]);
  });

  test('a slice is taken from where it begins', () => {
    expect(listsOf(decoder, [event('before\0a\0b\0behind', { offset: 7, size: 4 })])).toEqual([
      ['a', 'b'],
    ]);
  });

  test('null where it would reach out of its event', () => {
    const tail = 'a\0b\0';
    const edges = [0, 1, 3, 4, 5, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 17, 2 ** 32 - 4, 2 ** 32 - 1];
    for (const offset of edges) {
      for (const size of edges) {
        // Amid others: what lies around it is text too.
        const [, argv] = listsOf(decoder, [
          event(tail),
          event(tail, { offset, size }),
          event(tail),
        ]);
        if (size === NO_ARGV || offset + size > tail.length) expect(argv).toBeNull();
        else expect(argv).toEqual(split(tail.slice(offset, offset + size)));
      }
    }
  });

  test('many, and one as long as the kernel takes', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => (i % 3 === 0 ? '' : `${i}`));
    const long = '\xff'.repeat(128 * 1024);
    const [first, second] = listsOf(decoder, [
      event(many.map((argument) => `${argument}\0`).join('')),
      event(`${long}\0`),
    ]);
    expect(first).toEqual(many);
    expect(second).toEqual(['\\xFF'.repeat(long.length)]);
  });

  test('1,000 rows of random bytes', () => {
    const random = seeded(7);
    const tails = Array.from({ length: 1000 }, () =>
      Array.from({ length: random(40) }, () => 'ab\0'.charAt(random(3))).join(''),
    );
    const events = tails.map((tail) => event(tail));
    expect(listsOf(decoder, events)).toEqual(tails.map(split));
  });
});

/** What bytes of one character each are as arguments. */
function split(tail: string): string[] {
  const parts = tail.split('\0');
  return parts.at(-1) === '' ? parts.slice(0, -1) : parts;
}
