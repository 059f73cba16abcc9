/** Connects of every outcome: each row against what the program says of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compatObject } from '../../src/record/source-object.js';
import { tcpconnlat } from '../../src/sources/tcpconnlat.js';
import { describeLive } from '../helpers/live.js';
import { buildWorkload, publicFolder } from '../helpers/workload.js';
import { info, query, type Row, record } from './recorder.js';
import { recordBySession } from './session.js';

/** A line of the report of workloads/attempts.h. */
type Attempt = Row & { readonly what: string; readonly sent: boolean };

/** What a row and an attempt have in common; -1 in an attempt: nobody knows before. */
const COMPARED = [
  ...['pid', 'tid', 'uid', 'comm', 'mntns', 'netns'],
  ...['ip_version', 'saddr', 'sport', 'daddr', 'dport', 'outcome', 'ret'],
] as const;

/** Far longer than all that a machine may be late by, and seen in one glance. */
const DELAY_MS = 40;

const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  connects: [],
  delayed: [`${DELAY_MS}`],
};

describeLive('tcpconnlat', () => {
  const folder = publicFolder();
  const attempts: Record<string, Attempt[]> = {};
  const rows: Record<string, Row[]> = {};

  beforeAll(async () => {
    await Promise.all(Object.keys(WORKLOADS).map(recordWorkload));
  }, 60_000);
  afterAll(folder.remove);

  async function recordWorkload(name: string): Promise<void> {
    const [capture, report] = ['tcap', 'report'].map((kind) =>
      join(folder.path, `${name}.${kind}`),
    );
    const words = [buildWorkload(name, folder.path), `${report}`, ...(WORKLOADS[name] ?? [])];
    const ended = await record(['-o', `${capture}`, '-s', 'tcpconnlat', '--', ...words]);
    expect(ended).toMatchObject({ status: 0 });
    for (const [line] of ended.stdout.matchAll(/^skipped: .*\n/gm)) process.stderr.write(line);
    attempts[name] = readAttempts(`${report}`);
    rows[name] = await query(`${capture}`, 'select * from tcpconnlat order by ts');
    expect(info(`${capture}`).completeness.lost).toBe(0n);
  }

  /** The row of an attempt, by what the program calls it. */
  function rowOf(what: string): Row | undefined {
    const place = attempts.connects?.findIndex((attempt) => attempt.what === what) ?? -1;
    return rows.connects?.[place];
  }

  test.each(Object.keys(WORKLOADS))('%s: a row for each connect, and none besides', (name) => {
    const [wanted = [], found = []] = [attempts[name], rows[name]];
    wanted.forEach((attempt, n) => {
      const row = compared(found[n]);
      expect(row, attempt.what).toEqual(expectedOf(attempt, row));
    });
    expect(found.map(({ daddr, dport, outcome }) => [daddr, dport, outcome])).toEqual(
      wanted.map(({ daddr, dport, outcome }) => [daddr, dport, outcome]),
    );
  });

  test.each(Object.keys(WORKLOADS))(
    '%s: latency is what the program can have seen, never negative or wrapped (bcc #728, #2636)',
    (name) => {
      attempts[name]?.forEach(({ what, sent, least_ns, most_ns }, n) => {
        const latency = rows[name]?.[n]?.latency_ns;
        if (!sent) {
          expect(latency, what).toBeNull();
          return;
        }
        expect(latency, what).toBeGreaterThanOrEqual(Number(least_ns ?? 0));
        expect(latency, what).toBeLessThanOrEqual(Number(most_ns));
      });
    },
  );

  test('over a link of known delay: there and back <= latency <= connect()', () => {
    const [first] = rows.delayed ?? [];
    if (!first) return; // no TUN device: the program has said so
    expect(first.latency_ns).toBeGreaterThanOrEqual(2 * DELAY_MS * 1e6);
    expect(first.latency_ns).toBeLessThanOrEqual(Number(attempts.delayed?.[0]?.most_ns));
  });

  test('SYNs that are sent again are counted', () => {
    for (const name of Object.keys(WORKLOADS)) {
      attempts[name]?.forEach(({ what, syn_retransmits }, n) => {
        if (syn_retransmits === null) return;
        expect(rows[name]?.[n]?.syn_retransmits, what).toBe(syn_retransmits);
      });
    }
    expect(rowOf('interrupted')?.syn_retransmits).toBeGreaterThan(0);
  });

  test('a reset is no connection (bcc: any packet ended the wait)', () => {
    expect(rowOf('refused')).toMatchObject({ outcome: 'refused', ret: -111 });
    expect(rowOf('refused, non-blocking')).toMatchObject({ outcome: 'refused', ret: -111 });
  });

  test('timeouts and local failures have rows (IG #2880, #3565, #4436)', () => {
    expect(rowOf('timed out')).toMatchObject({ outcome: 'timeout', ret: -110 });
    expect(rowOf('no route')).toMatchObject({ outcome: 'unreachable', ret: -101 });
    expect(rowOf('no port left')).toMatchObject({ outcome: 'error', ret: -99 });
  });

  test('failures keep both ends (IG: ports and addresses were zeroed)', () => {
    const failures = rows.connects?.filter(({ outcome }) =>
      ['refused', 'timeout', 'aborted'].includes(String(outcome)),
    );
    expect(failures?.length).toBeGreaterThan(8);
    for (const { saddr, sport, daddr, dport } of failures ?? []) {
      expect([saddr, sport, daddr, dport]).not.toContain(null);
    }
  });

  test('a killed process leaves one row, aborted (IG #3929: none with an error, or two)', () => {
    const { pid } = rowOf('killed') ?? {};
    expect(rows.connects?.filter((row) => row.pid === pid)).toMatchObject([
      { outcome: 'aborted', ret: -103 },
    ]);
  });

  test('a socket that is used again begins anew (bcc: the pointer was still in the map)', () => {
    const again = [
      'the same socket again',
      'the bound socket again',
      'the disconnected socket again',
    ];
    for (const what of again) {
      expect(rowOf(what), what).toMatchObject({ outcome: 'ok', ret: 0, syn_retransmits: 0 });
    }
  });

  test('a v4-mapped address is IPv4 (bcc: version 6, ::ffff:127.0.0.1)', () => {
    for (const what of ['v4-mapped', 'refused v4-mapped']) {
      expect(rowOf(what), what).toMatchObject({ ip_version: 4, daddr: '127.0.0.1' });
    }
  });

  test('MPTCP is one row, of the program that connects (IG: twice, and of a kworker)', () => {
    const mptcp = attempts.connects?.find(({ what }) => what === 'MPTCP');
    if (!mptcp) return; // this kernel has none: the program has said so
    const same = rows.connects?.filter(({ sport }) => sport === mptcp.sport);
    expect(same).toMatchObject([{ comm: 'connects', pid: mptcp.pid, outcome: 'ok' }]);
  });

  test('the object for older kernels records the same', async () => {
    const report = join(folder.path, 'compat.report');
    const compat = { ...tcpconnlat, object: compatObject(tcpconnlat.object) };
    const ended = await recordBySession(compat, [join(folder.path, 'connects'), report]);
    expect(ended).toMatchObject({ exitStatus: 0 });
    const found = ended.rows.toSorted((a, b) => Number(BigInt(`${a.ts}`) - BigInt(`${b.ts}`)));
    // A session has no end at which what is pending is sent.
    const wanted = readAttempts(report).filter(({ outcome }) => outcome !== 'pending');
    expect(found.map(({ daddr, outcome, ret }) => [daddr, outcome, Number(ret)])).toEqual(
      wanted.map(({ daddr, outcome, ret }) => [daddr, outcome, ret]),
    );
  }, 30_000);
});

function readAttempts(report: string): Attempt[] {
  const lines = readFileSync(report, 'utf8').trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}

function compared(row: Row | undefined): Row {
  return Object.fromEntries(COMPARED.map((column) => [column, row?.[column] ?? null]));
}

/** An attempt as its row must be. What could not be known is taken from the row, if it is there. */
function expectedOf(attempt: Attempt, found: Row): Row {
  return Object.fromEntries(
    COMPARED.map((column) => {
      const value = attempt[column] ?? null;
      return [column, value === -1 ? (found[column] ?? 'something') : value];
    }),
  );
}
