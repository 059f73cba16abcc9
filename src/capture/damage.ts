/** How the readers of this folder say what is wrong, and how that becomes one line for the user. */
import { TracecapError } from '../shared/errors.js';

/** What is wrong within one part of a capture, in words that follow the part's name. */
export class Damage extends Error {
  override readonly name = 'Damage';
}

/** Runs a reader over untrusted bytes; its Damage becomes a TracecapError that begins with `where`. */
export function locate<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    throw new TracecapError('bad-capture', `${where}: ${error.message}`, { cause: error });
  }
}
