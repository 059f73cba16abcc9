import { describe, expect, test } from 'vitest';
import { runAnalysis } from '../../src/analyze/analysis.js';
import { TOP_FILES } from '../../src/analyze/top-files.js';
import type { Row } from '../../src/capture/batch-from-rows.js';
import { openCapture } from '../../src/capture/open.js';
import {
  EXECS,
  OPENS,
  open,
  type Sample,
  SOME_OPENS,
  sampleCapture,
} from '../helpers/sample-capture.js';

function topFiles(sample: Sample, options = {}) {
  const capture = openCapture(sampleCapture(sample));
  try {
    return runAnalysis(TOP_FILES, capture, options);
  } finally {
    capture.close();
  }
}

describe('top-files', () => {
  test('counts attempts, failures and distinct processes', () => {
    expect(topFiles({}).rows).toEqual([
      { path: '/nowhere', opens: 3, failed: 3, processes: 1 },
      { path: '/etc/hosts', opens: 2, failed: 0, processes: 2 },
      { path: '/etc/shadow', opens: 1, failed: 1, processes: 1 },
    ]);
  });

  test('sums over segments whose dictionaries number paths differently', () => {
    const { rows, summary } = topFiles({ segments: [SOME_OPENS, SOME_OPENS.toReversed()] });
    expect(rows).toEqual([
      { path: '/nowhere', opens: 6, failed: 6, processes: 1 },
      { path: '/etc/hosts', opens: 4, failed: 0, processes: 2 },
      { path: '/etc/shadow', opens: 2, failed: 2, processes: 1 },
    ]);
    expect(summary).toBe('12 opens (8 failed) of 3 paths by 2 processes');
  });

  test('agrees with a count by hand over many rows', () => {
    const segments = [1, 2, 3].map((segment) => randomOpens(5000, segment));
    const { rows } = topFiles({ segments });
    expect(rows).toEqual(countedByHand(segments.flat()));
  });

  test('an open whose name could not be read is counted, with null for a path', () => {
    const { rows, summary } = topFiles({
      segments: [[open(0, null), open(1, '/a'), open(2, null)]],
    });
    expect(rows).toEqual([
      { path: null, opens: 2, failed: 0, processes: 1 },
      { path: '/a', opens: 1, failed: 0, processes: 1 },
    ]);
    expect(summary).toBe('3 opens (0 failed) of 1 path by 1 process');
  });

  test('keeps names as they are, byte for byte', () => {
    const names = ['/é', '/日本', '/😀', 'a\nb', '\u001b[31m', '\u202e', '\ufeffbom', ''];
    const { rows } = topFiles({ segments: [names.map((name, i) => open(i, name))] });
    expect(new Set(rows.map((row) => row.path))).toEqual(new Set(names));
  });

  test.each([
    ['opens', ['/nowhere', '/etc/hosts', '/etc/shadow']],
    ['failed', ['/nowhere', '/etc/shadow', '/etc/hosts']],
    ['processes', ['/etc/hosts', '/nowhere', '/etc/shadow']],
  ])('sorts by %s', (sort, paths) => {
    expect(topFiles({}, { sort }).rows.map((row) => row.path)).toEqual(paths);
  });

  test('equal rows are ordered by path, and a limit keeps the first of these', () => {
    const segments = [['/c', '/a', '/d', '/b'].map((path, i) => open(i, path))];
    expect(topFiles({ segments }, { limit: 2 }).rows.map((row) => row.path)).toEqual(['/a', '/b']);
    expect(topFiles({ segments }, { limit: 0 }).rows).toHaveLength(4);
    expect(topFiles({ segments }, { limit: 9 }).rows).toHaveLength(4);
  });

  test('an open by nobody known is no process', () => {
    const segments = [[open(0, '/a', { pid: null }), open(1, '/a', { pid: 7 })]];
    expect(topFiles({ segments })).toEqual({
      rows: [{ path: '/a', opens: 2, failed: 0, processes: 1 }],
      omitted: 0,
      summary: '2 opens (0 failed) of 1 path by 1 process',
    });
  });

  test('nothing recorded is no rows', () => {
    expect(topFiles({ segments: [] })).toEqual({
      rows: [],
      omitted: 0,
      summary: '0 opens (0 failed) of 0 paths by 0 processes',
    });
    expect(topFiles({ segments: [], start: { sources: [], tables: [EXECS] } }).rows).toEqual([]);
  });

  test('refuses a sort key that it does not have', () => {
    expect(() => topFiles({}, { sort: 'size' })).toThrow(
      'top-files cannot sort by size; it can by opens, failed, processes',
    );
  });

  test('refuses a capture that describes its columns otherwise', () => {
    const columns = OPENS.columns.map((column) =>
      column.name === 'ret' ? { ...column, type: 'uint32' as const } : column,
    );
    const sample = { segments: [], start: { tables: [{ ...OPENS, columns }] } };
    expect(() => topFiles(sample)).toThrow(
      /sample\.tcap: top-files needs column opensnoop\.ret as int32, but it is uint32$/,
    );
  });
});

function randomOpens(rows: number, seed: number): Row[] {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >> 8) % below;
  };
  return Array.from({ length: rows }, (_, i) => {
    const path = next(50) === 0 ? null : `/file/${next(300)}`;
    return open(i, path, { pid: next(40), ret: next(3) === 0 ? -2 : 4 });
  });
}

function countedByHand(opens: readonly Row[]) {
  const files = new Map<string | null, { opens: number; failed: number; pids: Set<unknown> }>();
  for (const { path, pid, ret } of opens) {
    const file = files.get(path as string) ?? { opens: 0, failed: 0, pids: new Set() };
    file.opens++;
    if ((ret as number) < 0) file.failed++;
    file.pids.add(pid);
    files.set(path as string, file);
  }
  return [...files]
    .map(([path, { opens, failed, pids }]) => ({ path, opens, failed, processes: pids.size }))
    .sort((a, b) => b.opens - a.opens || ((a.path ?? '\uffff') < (b.path ?? '\uffff') ? -1 : 1));
}
