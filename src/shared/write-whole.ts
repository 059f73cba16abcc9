import { writeSync } from 'node:fs';

/**
 * Writes all the bytes to a file descriptor at its own position: a file, a pipe or a terminal,
 * blocking or not. What the kernel refuses (ENOSPC, EPIPE …) is thrown as the errno error that
 * node:fs makes of it; part of the bytes may then have been written.
 */
export function writeWhole(fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSome(fd, bytes.subarray(written));
}

function writeSome(fd: number, bytes: Uint8Array): number {
  try {
    return writeSync(fd, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EINTR') return 0;
    if (code !== 'EAGAIN') throw error;
    pause();
    return 0;
  }
}

const clock = new Int32Array(new SharedArrayBuffer(4));

/** Somebody else made the pipe non-blocking and it is full: a pause, for there is no sync poll(2). */
function pause(): void {
  Atomics.wait(clock, 0, 0, 2);
}
