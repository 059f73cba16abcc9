/** A file that is read at any offset: the bytes under a capture's reader. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { TracecapError } from '../shared/errors.js';
import { Damage } from './damage.js';

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES:
    'permission denied; a capture is readable by who recorded it only, until they allow more (chmod)',
  EPERM: 'permission denied',
};

export class CaptureFile {
  readonly path: string;
  /** Bytes of the file when it was opened; what is added later is not read. */
  readonly size: number;
  readonly #fd: number;
  #closed = false;

  private constructor(path: string, fd: number, size: number) {
    this.path = path;
    this.#fd = fd;
    this.size = size;
  }

  /** Opens a regular file; anything else is a TracecapError that says what it is. */
  static open(path: string): CaptureFile {
    // O_NONBLOCK: opening a FIFO would wait for its writer.
    const fd = attempt(path, () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    const stat = fstatSync(fd);
    if (stat.isFile()) return new CaptureFile(path, fd, stat.size);
    closeSync(fd);
    const what = stat.isDirectory() ? 'is a folder' : 'is not a regular file';
    throw new TracecapError('bad-capture', `${path}: ${what}; give a .tcap file`);
  }

  /** The bytes [offset, offset + length), in memory of their own. Damage where the file is shorter. */
  read(offset: number, length: number): Uint8Array {
    if (this.#closed) throw new Error(`${this.path} is closed`);
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const got = attempt(this.path, () =>
        readSync(this.#fd, bytes, done, length - done, offset + done),
      );
      if (got === 0) throw new Damage('the file became shorter while it was read');
      done += got;
    }
    return bytes;
  }

  close(): void {
    if (!this.#closed) closeSync(this.#fd);
    this.#closed = true;
  }
}

function attempt<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const words = WORDS[code] ?? `cannot be read (${code})`;
    throw new TracecapError('bad-capture', `${path}: ${words}`, { cause: error });
  }
}
