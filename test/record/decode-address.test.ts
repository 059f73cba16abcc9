/** Addresses of hosts through the decoder. */
import { expect, test } from 'vitest';
import { defineSource, type Source, tableOf } from '../../src/schema/define-source.js';
import { decodeSource, describeDecoder, record } from '../helpers/decoder.js';
import { rowsOf } from '../helpers/rows.js';

const FIXED_SIZE = 24;

const source = defineSource({
  name: 'addresses',
  summary: 'An address',
  object: 'addresses.bpf.o',
  layout: {
    struct: 'addresses_event',
    fixedSize: FIXED_SIZE,
    tail: false,
    members: {
      ts: { kind: 'tc_time_ns', offset: 0, size: 8 },
      addr: { kind: 'tc_ip', offset: 8, size: 16 },
    },
  },
  time: 'ts',
  columns: { ts: { doc: '' }, addr: { doc: '' } },
  hooks: [],
  options: [],
}) as unknown as Source;

/** An event with the address whose 16 bytes these eight groups are. */
function event(groups: string): Uint8Array {
  const words = groups.split(':').map((group) => parseInt(group, 16));
  const bytes = Buffer.alloc(FIXED_SIZE);
  words.forEach((word, i) => {
    bytes.writeUInt16BE(word, 8 + 2 * i);
  });
  return record(0, bytes);
}

describeDecoder('an address', (decoder) => {
  const decoded = (...groups: string[]) =>
    rowsOf(tableOf(source), decodeSource(decoder, source, Buffer.concat(groups.map(event)))).map(
      ({ addr }) => addr,
    );

  test.each([
    ['4.1: no leading zeros', '2001:0db8:0:0:0:0:0:0001', '2001:db8::1'],
    ['4.1: a group of zeros is one', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['4.2.1: as short as can be', '2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['4.2.2: one group is not shortened', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['4.2.2: nor at the beginning', '0:1:2:3:4:5:6:7', '0:1:2:3:4:5:6:7'],
    ['4.2.2: nor at the end', '1:2:3:4:5:6:7:0', '1:2:3:4:5:6:7:0'],
    ['4.2.3: the longest run', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['4.2.3: of two as long the first', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    [
      '4.3: lower case',
      '2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:AAAA',
      '2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa',
    ],
    ['loopback', '0:0:0:0:0:0:0:1', '::1'],
    ['zeros at the beginning', '0:0:0:0:0:0:1:0', '::1:0'],
    ['IPv4-compatible ones, which are deprecated', '0:0:0:0:0:0:102:304', '::102:304'],
    ['zeros at the end', 'fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['zeros at both ends', '0:0:1:2:3:0:0:0', '0:0:1:2:3::'],
    ['seven at the end', 'ff02:0:0:0:0:0:0:0', 'ff02::'],
    [
      'no zeros',
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    ],
    ['digits within', '1000:100:10:1:10:100:1000:f00', '1000:100:10:1:10:100:1000:f00'],
    ['IPv4', '0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
    ['IPv4: the first', '0:0:0:0:0:ffff:0:0', '0.0.0.0'],
    ['IPv4: the last', '0:0:0:0:0:ffff:ffff:ffff', '255.255.255.255'],
    ['IPv4: no zeros lead', '0:0:0:0:0:ffff:0a00:0107', '10.0.1.7'],
    ['almost mapped', '0:0:0:0:1:ffff:c000:0201', '::1:ffff:c000:201'],
    ['NAT64', '64:ff9b:0:0:0:0:c000:0201', '64:ff9b::c000:201'],
    ['not known', '0:0:0:0:0:0:0:0', null],
  ])('%s', (_, groups, text) => {
    expect(decoded(groups)).toEqual([text]);
  });

  test('rows that repeat share an entry', () => {
    const [loopback, other] = ['0:0:0:0:0:0:0:1', '1:0:0:0:0:0:0:0'];
    const rows = [loopback, other, '0:0:0:0:0:0:0:0', loopback];
    expect(decoded(...rows)).toEqual(['::1', '1::', null, '::1']);
    const { columns } = decodeSource(decoder, source, Buffer.concat(rows.map(event)));
    expect(columns[1]?.dictionary?.offsets).toHaveLength(3);
    expect(columns[1]?.nullCount).toBe(1);
  });
});
