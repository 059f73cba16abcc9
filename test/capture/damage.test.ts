import { ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openCapture } from '../../src/capture/open.js';
import { TracecapError } from '../../src/shared/errors.js';
import { temporaryFolder } from '../helpers/sample-capture.js';
import { readEverything, START, sampleCapture, temporaryFile } from './fixture.js';

type Outcome = { finished: boolean; rows: ReturnType<typeof readEverything> } | { message: string };

/** What a reader makes of a file: all its rows, or one line of complaint. Anything else is thrown. */
function outcome(path: string): Outcome {
  try {
    const capture = openCapture(path);
    try {
      if (!isDeepStrictEqual(capture.start, START)) throw new Error('another start.json');
      return { finished: capture.manifest !== null, rows: readEverything(capture) };
    } finally {
      capture.close();
    }
  } catch (error) {
    if (!(error instanceof TracecapError)) throw error;
    expect(error.code).toBe('bad-capture');
    expect(error.message).toMatch(/^\/[^\n]*$/);
    return { message: error.message };
  }
}

/** Whether every column of `rows` is the beginning of the whole's. */
function isPrefix(rows: ReturnType<typeof readEverything>, whole: typeof rows): boolean {
  return Object.entries(rows).every(([table, columns]) =>
    Object.entries(columns).every(([name, values]) => {
      const all = whole[table]?.[name] ?? [];
      return isDeepStrictEqual(values, all.slice(0, values.length));
    }),
  );
}

describe('a small capture', () => {
  const bytes = sampleCapture({ segments: 1 });

  test('cut at every byte gives whole segments from the start, or one line', () => {
    const path = temporaryFile(bytes);
    const whole = outcome(path);
    if (!('rows' in whole)) throw new Error(whole.message);
    const fd = openSync(path, 'r+');
    let [unreadable, cut, finished] = [0, 0, 0];
    for (let size = bytes.length - 1; size >= 0; size--) {
      ftruncateSync(fd, size);
      const result = outcome(path);
      if ('message' in result) {
        expect(result.message).toMatch(/is empty|was cut off before its start\.json/);
        unreadable++;
        continue;
      }
      if (!isPrefix(result.rows, whole.rows)) throw new Error(`cut at ${size}: other rows`);
      if (result.finished) finished++;
      else cut++;
    }
    // Only the directory follows the manifest, and only the description is needed.
    expect(finished).toBe(bytes.length - endOfManifest(bytes));
    expect(unreadable + cut + finished).toBe(bytes.length);
    expect(cut).toBeGreaterThan(bytes.length / 3);
  });

  test('with any one bit flipped gives its own rows, or one line', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x.tcap');
    writeFileSync(path, bytes);
    const whole = JSON.stringify(outcome(path), digits);
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ (1 << ((at * 5) % 8));
      writeFileSync(path, flipped);
      const result = outcome(path);
      if ('message' in result) refused++;
      else if (JSON.stringify(result, digits) !== whole) {
        throw new Error(`a flip at byte ${at} changed the rows`);
      }
    }
    // README.txt's content, times of entries and the directory are not read.
    expect(refused).toBeGreaterThan(endOfManifest(bytes) / 2);
  });
});

/** BigInts for JSON.stringify. */
function digits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

function endOfManifest(bytes: Buffer): number {
  return bytes.indexOf('PK\x01\x02');
}

describe('a file that is no capture', () => {
  test.each([
    ['', 'is empty; nothing was recorded into it'],
    ['PK', 'was cut off before its start.json; nothing can be read from it'],
    ['PK\x05\x06', 'is not a tracecap capture'],
    ['SQLite format 3\0', 'is not a tracecap capture'],
    ['{', 'is not a tracecap capture'],
  ])('%j', (content, words) => {
    const path = temporaryFile(Buffer.from(content));
    expect(() => openCapture(path)).toThrow(new TracecapError('bad-capture', `${path}: ${words}`));
  });

  test('a folder, a device, nothing', () => {
    const folder = temporaryFolder();
    expect(() => openCapture(folder)).toThrow(`${folder}: is a folder; give a .tcap file`);
    expect(() => openCapture('/dev/null')).toThrow('/dev/null: is not a regular file');
    expect(() => openCapture(join(folder, 'x'))).toThrow(`${folder}/x: no such file`);
  });
});
