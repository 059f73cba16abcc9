import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { fileSink } from '../../src/capture/sink.js';
import { temporaryFolder } from '../helpers/sample-capture.js';

const writeSync = vi.hoisted(() => vi.fn());

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  writeSync.mockImplementation(fs.writeSync);
  return { ...fs, writeSync };
});

afterEach(() => {
  writeSync.mockClear();
});

const errno = (code: string) => Object.assign(new Error(code), { code });

function open(path: string): { fd: number; sink: ReturnType<typeof fileSink> } {
  const fd = openSync(path, 'w');
  return { fd, sink: fileSink(fd) };
}

test('writes whole chunks, one behind the other', () => {
  const path = join(temporaryFolder(), 'x');
  const { fd, sink } = open(path);
  sink.write(Buffer.from('hello, '));
  sink.write(new Uint8Array(0));
  sink.write(Buffer.from('world'));
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe('hello, world');
});

test('goes on after short writes, EINTR and EAGAIN', () => {
  const path = join(temporaryFolder(), 'x');
  const { fd, sink } = open(path);
  const real = writeSync.getMockImplementation() as (fd: number, bytes: Uint8Array) => number;
  writeSync
    .mockImplementationOnce((to, bytes) => real(to, bytes.subarray(0, 3)))
    .mockImplementationOnce(() => {
      throw errno('EINTR');
    })
    .mockImplementationOnce(() => {
      throw errno('EAGAIN');
    })
    .mockImplementationOnce((to, bytes) => real(to, bytes.subarray(0, 1)));
  sink.write(Buffer.from('hello, world'));
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe('hello, world');
  expect(writeSync).toHaveBeenCalledTimes(5);
});

test('lets a full disk through as its errno', () => {
  const { fd, sink } = open('/dev/full');
  expect(() => sink.write(Buffer.from('x'))).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
  closeSync(fd);
});
