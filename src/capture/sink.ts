/** Where the bytes of a capture go. */
import { writeSync } from 'node:fs';

export interface Sink {
  /** Takes the whole chunk or throws. */
  write(chunk: Uint8Array): void;
}

/**
 * A sink over an open file descriptor: a file, a pipe or a terminal, blocking or not. Writes at
 * the descriptor's own position. What the kernel refuses (ENOSPC, EPIPE …) is thrown as the errno
 * error that node:fs makes of it; part of the chunk may then have been written.
 */
export function fileSink(fd: number): Sink {
  return {
    write(chunk) {
      let written = 0;
      while (written < chunk.length) written += writeSome(fd, chunk.subarray(written));
    },
  };
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

/** Somebody else made the pipe non-blocking and it is full: a pause, for there is no sync poll(2). */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}
