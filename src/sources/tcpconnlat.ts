import { defineSource } from '../schema/define-source.js';
import { parseDuration } from '../shared/duration.js';
import { parseAddresses, parsePorts } from './endpoint-lists.js';
import { eventHeader } from './event-header.js';
import { layout } from './layouts/tcpconnlat.js';

/** TCP connections made: every attempt, by whichever call, with its outcome. */
export const tcpconnlat = defineSource({
  name: 'tcpconnlat',
  summary: 'TCP connections made, attempts that failed, and how long they took',
  object: 'tcpconnlat.bpf.o',
  layout,
  time: 'ts',
  columns: {
    ts: { doc: 'When the SYN was sent; where none was, when the connect was called' },
    ...eventHeader,
    ip_version: { doc: '4 or 6: 4 also for a v4-mapped address of an IPv6 socket' },
    saddr: { doc: "The socket's own address; null where it had none yet" },
    sport: { doc: 'Its port; null where it had none yet' },
    daddr: { doc: 'The address connected to; null for :: that was refused at once' },
    dport: { doc: 'The port connected to; null for port 0' },
    outcome: {
      doc:
        'ok, refused (by a reset, or by word of ICMP), timeout, unreachable (no route, or told so by a router), reset ' +
        '(while both ends connect to each other), aborted (closed by its program, or with it), pending ' +
        '(still connecting when the recording ended), error (another one; ret says which)',
    },
    ret: {
      doc:
        '0, or -errno: that of the connection, not of a connect(2) that did not wait for it. ' +
        '-ECONNABORTED if aborted, -EINPROGRESS if pending. A local failure to find a port or a route ' +
        'is told as -EADDRNOTAVAIL where sendto(2) with MSG_FASTOPEN or io_uring met it',
    },
    latency_ns: {
      doc:
        'From the SYN to the outcome; null where none was sent, and if pending. With ' +
        'TCP_FASTOPEN_CONNECT, the first round trip as the kernel measured it, and null where a SYN ' +
        'with data was sent again or failed',
    },
    syn_retransmits: { doc: 'How often the SYN was sent again' },
    netns: { doc: 'Inode number of the network namespace of the socket' },
  },
  hooks: [
    { program: 'tcpconnlat_end' },
    { program: 'tcpconnlat_begin' },
    { program: 'tcpconnlat_exit', tracepoint: 'syscalls/sys_exit_connect' },
    { program: 'tcpconnlat_enter', tracepoint: 'syscalls/sys_enter_connect' },
  ],
  atEnd: [{ program: 'tcpconnlat_pending', map: 'attempts' }],
  options: [
    {
      flag: '--tcpconnlat-min <time>',
      doc: 'only connects whose latency is known and at least this (1ms, 0.5s)',
      globals: (text) => ({ tcpconnlat_min_ns: BigInt(parseDuration(text)) }),
    },
    {
      flag: '--tcpconnlat-dport <list>',
      doc: 'only connects to these ports (80,443)',
      globals: (text) => ({ tcpconnlat_dports: parsePorts(text) }),
    },
    {
      flag: '--tcpconnlat-daddr <list>',
      doc: 'only connects to these addresses (192.0.2.1,2001:db8::1)',
      globals: (text) => ({ tcpconnlat_daddrs: parseAddresses(text) }),
    },
    {
      flag: '--tcpconnlat-lport <list>',
      doc: 'only connects from these ports',
      globals: (text) => ({ tcpconnlat_lports: parsePorts(text) }),
    },
    {
      flag: '--tcpconnlat-4',
      doc: 'only IPv4, v4-mapped too',
      globals: () => ({ tcpconnlat_only_v4: 1n }),
    },
    {
      flag: '--tcpconnlat-6',
      doc: 'only IPv6',
      globals: () => ({ tcpconnlat_only_v6: 1n }),
    },
  ],
});
