/** What /proc says of a process beyond what the kernel listed. */
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { captureText } from './capture-text.js';

export interface ProcessFacts {
  readonly exe: string | null;
  readonly argv: readonly string[] | null;
  readonly cwd: string | null;
}

/** As much of its arguments as is kept. */
const ARGUMENT_BYTES = 32 << 10;

const NOTHING: ProcessFacts = { exe: null, argv: null, cwd: null };

/** What clock_t counts in, in nanoseconds: USER_HZ is 100 wherever Node runs. */
const TICK_NS = 10_000_000n;

/**
 * Reads it; what cannot be read is null. startBootNs: when the process was born, ns since boot as our
 * time namespace has it; null all, if another has its number by now.
 */
export function processFacts(pid: number, startBootNs: bigint, proc = '/proc'): ProcessFacts {
  const folder = `${proc}/${pid}`;
  const facts = {
    exe: link(`${folder}/exe`),
    argv: readArguments(`${folder}/cmdline`),
    cwd: link(`${folder}/cwd`),
  };
  return startTicks(folder) === startBootNs / TICK_NS ? facts : NOTHING;
}

/** proc_pid_stat(5): starttime is the 22nd field, the 20th behind the name in parentheses. */
function startTicks(folder: string): bigint | null {
  try {
    const stat = readFileSync(`${folder}/stat`, 'latin1');
    return BigInt(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-1');
  } catch {
    return null;
  }
}

function link(path: string): string | null {
  try {
    return captureText(readlinkSync(path, { encoding: 'buffer' }));
  } catch {
    return null;
  }
}

/** A NUL ends each argument (proc_pid_cmdline(5)); a zombie has none at all. */
function readArguments(path: string): string[] | null {
  const bytes = readStart(path, ARGUMENT_BYTES);
  if (bytes === null || bytes.length === 0) return null;
  const words: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const nul = bytes.indexOf(0, at);
    const end = nul === -1 ? bytes.length : nul;
    words.push(captureText(bytes.subarray(at, end)));
    at = end + 1;
  }
  return words;
}

function readStart(path: string, most: number): Uint8Array | null {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const bytes = new Uint8Array(most);
    let size = 0;
    for (let read = 1; read > 0 && size < most; size += read) {
      read = readSync(fd, bytes, size, most - size, null);
    }
    return bytes.subarray(0, size);
  } catch {
    return null;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
