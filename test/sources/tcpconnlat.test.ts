import { beforeAll, expect, test } from 'vitest';
import { tcpconnlat } from '../../src/sources/tcpconnlat.js';
import { build, tracecap } from '../helpers/build.js';

beforeAll(build);

function globalsOf(flag: string, text = '') {
  const option = tcpconnlat.options.find((one) => one.flag.split(' ')[0] === flag);
  if (!option) throw new Error(`no ${flag}`);
  return option.globals(text);
}

test('options become the globals of bpf/tcpconnlat.bpf.c', () => {
  expect(globalsOf('--tcpconnlat-min', '1.5ms')).toEqual({ tcpconnlat_min_ns: 1_500_000n });
  expect(globalsOf('--tcpconnlat-4')).toEqual({ tcpconnlat_only_v4: 1n });
  expect(globalsOf('--tcpconnlat-6')).toEqual({ tcpconnlat_only_v6: 1n });
  expect(globalsOf('--tcpconnlat-dport', '1')).toEqual({
    tcpconnlat_dports: new Uint8Array(Uint16Array.of(1).buffer),
  });
});

test.each([
  ['--tcpconnlat-min soon', "'soon' is no duration: write 500ms, 60s, 5m or 1h30m"],
  ['--tcpconnlat-dport http', "'http' is no port: 1 to 65535"],
  ['--tcpconnlat-lport 0', "'0' is no port: 1 to 65535"],
  ['--tcpconnlat-daddr localhost', "'localhost' is no address: 192.0.2.1 or 2001:db8::1"],
])('record %s is a usage error', (words, why) => {
  const { status, stderr } = tracecap(['record', ...words.split(' ')]);
  expect(stderr).toBe(`tracecap: ${words.split(' ')[0]}: ${why}\n`);
  expect(status).toBe(2);
});

test('an option without a value takes none', () => {
  const { status, stderr } = tracecap(['record', '--tcpconnlat-4=yes']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('--tcpconnlat-4')]);
});
