/** Where the bytes of a capture go. */
import { writeWhole } from '../shared/write-whole.js';

export interface Sink {
  /** Takes the whole chunk or throws. */
  write(chunk: Uint8Array): void;
}

/** A sink over an open file descriptor; throws what writeWhole does. */
export function fileSink(fd: number): Sink {
  return { write: (chunk) => writeWhole(fd, chunk) };
}
