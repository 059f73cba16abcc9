import { appendFileSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { batchFromRows } from '../../src/capture/batch-from-rows.js';
import { CaptureFile } from '../../src/capture/file.js';
import { LOSSES } from '../../src/capture/losses.js';
import { openCapture } from '../../src/capture/open.js';
import { CaptureWriter } from '../../src/capture/writer.js';
import { walkEntries } from '../../src/capture/zip-reader.js';
import { ZipWriter } from '../../src/capture/zip-writer.js';
import { zstdRaw } from '../helpers/zstd-raw.js';
import {
  EVERYTHING,
  MANIFEST,
  memorySink,
  ROWS,
  readEverything,
  START,
  sampleCapture,
  temporaryFile,
} from './fixture.js';

/** A capture of these entries after README.txt; without `closed` as if cut off behind them. */
function captureOf(entries: Record<string, unknown>, closed = false): string {
  const sink = memorySink();
  const zip = new ZipWriter(sink, new Date(0));
  zip.add('README.txt', Buffer.from('read me'));
  for (const [name, content] of Object.entries(entries)) {
    zip.add(name, Buffer.from(isRaw(content) ? content : JSON.stringify(content)));
  }
  if (closed) zip.finish();
  return temporaryFile(sink.bytes());
}

function isRaw(content: unknown): content is string {
  return typeof content === 'string' || Buffer.isBuffer(content);
}

/** What opening says, without the path that it begins with. */
function complaint(path: string): string {
  try {
    openCapture(path).close();
    return 'none';
  } catch (error) {
    expect((error as { code: string }).code).toBe('bad-capture');
    return (error as Error).message.replace(`${path}: `, '');
  }
}

test('a capture that is being written is read up to its last whole segment', () => {
  const sink = memorySink();
  const writer = new CaptureWriter(sink, START, zstdRaw);
  const path = temporaryFile(sink.bytes());
  let copied = sink.bytes().length;
  for (const count of [1, 2, 3]) {
    writer.writeSegment(EVERYTHING, batchFromRows(EVERYTHING, ROWS));
    const grown = sink.bytes().subarray(copied);
    for (const part of [grown.subarray(0, 100), grown.subarray(100)]) {
      const before = openCapture(path);
      expect(before.manifest).toBe(null);
      expect(before.segments('everything').length).toBe(count - 1);
      readEverything(before);
      before.close();
      appendFileSync(path, part);
    }
    copied = sink.bytes().length;
  }
  const capture = openCapture(path);
  expect(capture.segments('everything').length).toBe(3);
  capture.close();
});

describe('what may not follow the description', () => {
  test.each([
    [
      'a segment of an unknown table',
      { 'other/000001.arrows': '' },
      'entry other/000001.arrows belongs to no table of start.json',
    ],
    [
      'a gap',
      { 'losses/000002.arrows': '' },
      'entry losses/000002.arrows stands where losses/000001.arrows should',
    ],
    [
      'another name',
      { 'losses/1.arrows': '' },
      'entry losses/1.arrows stands where losses/000001.arrows should',
    ],
    ['an unknown entry', { 'note.txt': '' }, 'entry note.txt belongs to no table of start.json'],
    [
      'a table called like a method',
      { 'constructor/000001.arrows': '' },
      'entry constructor/000001.arrows belongs to no table of start.json',
    ],
    [
      'anything behind the manifest',
      { 'manifest.json': MANIFEST, 'losses/000001.arrows': '' },
      'entry losses/000001.arrows follows manifest.json',
    ],
  ])('%s', (_, entries, words) => {
    expect(complaint(captureOf({ 'start.json': START, ...entries }))).toBe(words);
  });

  test('but what stands in extra/ is passed over', () => {
    expect(complaint(captureOf({ 'start.json': START, 'extra/note': 'x' }))).toBe('none');
  });
});

describe('start.json', () => {
  const opsnoop = { name: 'a', doc: '', time: null, columns: [] };
  test.each([
    [
      'of a later version',
      { format_version: 2 },
      'is of capture format 2, and this tracecap reads up to 1; update tracecap to read it',
    ],
    [
      'of no version',
      { ...START, format_version: 0 },
      'is of capture format 0, which does not exist',
    ],
    ['without a version', {}, 'format_version is not a count'],
    ['not an object', [], 'the document is not an object'],
    ['null', null, 'the document is not an object'],
    ['not JSON', '{"format_version": 1', 'is not a JSON document'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'is not a JSON document'],
    ['without its clock', { ...START, clock: undefined }, 'clock is not an object'],
    [
      'with a number for a clock',
      { ...START, clock: { ...START.clock, boot_ns: 5 } },
      'clock.boot_ns is not a count of nanoseconds as text',
    ],
    [
      'with half a CPU',
      { ...START, host: { ...START.host, cpus: 0.5 } },
      'host.cpus is not a count',
    ],
    ['with other filters', { ...START, filters: { pid: 5 } }, 'a value of filters is not a text'],
    [
      'with a table in disguise',
      { ...START, tables: [{ ...opsnoop, name: '../x' }] },
      'tables[0].name is not a name',
    ],
    [
      'with a table twice',
      { ...START, tables: [LOSSES, LOSSES] },
      'table losses is described twice',
    ],
    [
      'with a source twice',
      { ...START, sources: [...START.sources, ...START.sources] },
      'source everything is described twice',
    ],
    [
      'with a source without a table',
      { ...START, tables: [LOSSES] },
      'source everything has no table',
    ],
    [
      'with a column twice',
      { ...START, tables: [{ ...LOSSES, columns: [...LOSSES.columns, LOSSES.columns[0]] }] },
      'table losses: column ts_from is described twice',
    ],
    [
      'with a time that is none',
      { ...START, tables: [{ ...LOSSES, time: 'count' }] },
      'table losses: its time count is no column of times',
    ],
    [
      'with an enum of numbers',
      {
        ...START,
        tables: [
          { ...opsnoop, columns: [{ name: 'a', type: 'enum', kind: null, doc: '', values: [1] }] },
        ],
      },
      'tables[0].columns[0].values[0] is not a text',
    ],
  ])('%s', (_, start, words) => {
    expect(complaint(captureOf({ 'start.json': start }))).toBe(`start.json: ${words}`);
  });

  test('of a later 1.x: what it adds is passed over', () => {
    const columns = [
      ...LOSSES.columns.map((column) => ({ ...column, unit: 'ns' })),
      { name: 'labels', type: 'map<utf8, utf8>', kind: 'tc_labels', doc: '' },
    ].map((column) => (column.name === 'count' ? { ...column, kind: 'tc_votes' } : column));
    const later = { ...START, sources: [], weather: 'fine', tables: [{ ...LOSSES, columns }] };
    const capture = openCapture(captureOf({ 'start.json': later }));
    expect(capture.tables[0]?.columns.map(({ name, kind }) => [name, kind])).toEqual(
      LOSSES.columns.map(({ name, kind }) => [name, kind]),
    );
    capture.close();
  });
});

describe('what the manifest counts', () => {
  const source = { name: 'everything', rows: 4, bytes: 1, lost: 0 };
  const capture = (manifest: unknown, segments = 1) => {
    const sink = memorySink();
    const writer = new CaptureWriter(sink, START, zstdRaw);
    for (let i = 0; i < segments; i++) {
      writer.writeSegment(EVERYTHING, batchFromRows(EVERYTHING, ROWS));
    }
    writer.finish(manifest as typeof MANIFEST);
    return temporaryFile(sink.bytes());
  };

  test.each([
    ['as it is', [source], 1, 'none'],
    [
      'with a segment less',
      [source],
      0,
      'manifest.json: counts 4 rows of everything, but its segments have 0',
    ],
    [
      'with a segment more',
      [{ ...source, rows: 4000 }],
      2,
      'manifest.json: counts 4,000 rows of everything, but its segments have 8',
    ],
    ['without a source', [], 1, 'manifest.json: lacks source everything, which start.json names'],
    [
      'with a source twice',
      [source, source],
      1,
      'manifest.json: source everything is described twice',
    ],
  ])('%s', (_, sources, segments, words) => {
    expect(complaint(capture({ ...MANIFEST, sources }, segments))).toBe(words);
  });

  test('a directory without a manifest: an entry is gone', () => {
    const words = 'has lost entries: its directory follows, but no manifest.json';
    expect(complaint(captureOf({ 'start.json': START }, true))).toBe(words);
    const bytes = sampleCapture();
    const second = bytes.indexOf('everything/000002.arrows') - 30;
    bytes.write('PK\x01\x02', second, 'latin1');
    expect(complaint(temporaryFile(bytes))).toBe(words);
  });
});

test('a document that is deep is refused before it is parsed', () => {
  const start = (deep: string) =>
    JSON.stringify(START).replace('{', `{"deep":${deep},"x":"]]\\"]",`);
  const nested = (depth: number) => `${'[{"a":'.repeat(depth)}0${'}]'.repeat(depth)}`;
  expect(complaint(captureOf({ 'start.json': start(nested(15)) }))).toBe('none');
  for (const depth of [16, 100_000]) {
    expect(complaint(captureOf({ 'start.json': start(nested(depth)) }))).toBe(
      'start.json: has more than 32 lists and objects within each other',
    );
  }
});

test('a writer stops before a capture has more entries than a reader takes', () => {
  const sink = memorySink();
  const writer = new CaptureWriter(sink, START, zstdRaw, 4);
  const rows = batchFromRows(EVERYTHING, ROWS);
  writer.writeSegment(EVERYTHING, rows);
  const full = { code: 'output', message: 'the capture is full: it has 4 entries' };
  expect(() => writer.writeSegment(EVERYTHING, rows)).toThrow(expect.objectContaining(full));
  writer.finish(MANIFEST);
  const file = CaptureFile.open(temporaryFile(sink.bytes()));
  expect(walkEntries(file, 4).entries).toHaveLength(4);
  expect(() => walkEntries(file, 3)).toThrow('has more than 3 entries');
  file.close();
});

test.each([
  ['not an object', 'null', 'the document is not an object'],
  [
    'with a negative count',
    { ...MANIFEST, sources: [{ name: 'a', rows: -1, bytes: 0, lost: 0 }] },
    'sources[0].rows is not a count',
  ],
  ['without its cost', { ...MANIFEST, cost: null }, 'cost is not an object'],
])('manifest.json %s', (_, manifest, words) => {
  const path = captureOf({ 'start.json': START, 'manifest.json': manifest });
  expect(complaint(path)).toBe(`manifest.json: ${words}`);
});

test('a ZIP file that is none of ours', () => {
  const sink = memorySink();
  const zip = new ZipWriter(sink, new Date(0));
  zip.add('word/document.xml', Buffer.from('<xml/>'));
  zip.finish();
  const words = 'is a ZIP file, but not a tracecap capture';
  expect(complaint(temporaryFile(sink.bytes()))).toBe(words);
  expect(complaint(captureOf({ 'losses/000001.arrows': '' }))).toBe(words);
});

test('a segment whose content is none is found when it is read', () => {
  const path = captureOf({ 'start.json': START, 'losses/000001.arrows': 'not Arrow at all' });
  const capture = openCapture(path);
  const [segment] = capture.segments('losses');
  const words = `${path}: losses/000001.arrows: is not an Arrow stream`;
  expect(() => segment?.rows).toThrow(words);
  expect(() => segment?.read(['count'])).toThrow(words);
  capture.close();
});

test('the first entry tells a person what the file is', () => {
  const path = temporaryFile(sampleCapture());
  expect(readFileSync(path).indexOf('README.txt')).toBe(30);
});
