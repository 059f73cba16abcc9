/**
 * The only writer to stdout and stderr. Synchronous, on the descriptors themselves: process.stdout
 * and console would set O_NONBLOCK on a pipe, which a recorded command may share with us.
 */
import { reason, TracecapError } from '../shared/errors.js';
import { escapeText } from '../shared/escape-text.js';
import { writeWhole } from '../shared/write-whole.js';

/** The reader of our output has gone (`tracecap query … | head`): no failure, only time to end. */
export class StdoutClosed extends Error {}

/** Writes data to stdout, whole. Throws StdoutClosed, or TracecapError `output` where it cannot. */
export function writeOut(text: string): void {
  try {
    writeWhole(1, Buffer.from(text));
  } catch (error) {
    if (errorCode(error) === 'EPIPE') throw new StdoutClosed();
    const why = reason(error);
    throw new TracecapError('output', `cannot write to standard output: ${why}`, { cause: error });
  }
}

/** Pieces are gathered up to this many characters: one system call a row would be slow. */
const GATHERED = 1 << 16;

/** Writes the pieces to stdout as they come, never holding more than some of them. */
export function writeOutAll(pieces: Iterable<string>): void {
  let gathered = '';
  for (const piece of pieces) {
    gathered += piece;
    if (gathered.length < GATHERED) continue;
    writeOut(gathered);
    gathered = '';
  }
  if (gathered !== '') writeOut(gathered);
}

/** Writes to stderr. Where that is impossible there is nobody left to tell. */
export function writeErr(text: string): void {
  try {
    writeWhole(2, Buffer.from(text));
  } catch {}
}

/** One line on stderr, in our name, inert whatever names it quotes. */
export function note(message: string): void {
  writeErr(`tracecap: ${escapeText(message)}\n`);
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
