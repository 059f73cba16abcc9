/**
 * What tracecap was started with, before Node changed it: Node raises the soft limit of open files
 * puts ignored signals back to their defaults, and lets no child inherit descriptors. bin/tracecap
 * notes all of it for us in the environment.
 */
const VARIABLE = 'TRACECAP_STARTED_WITH';

export interface StartedWith {
  /** Soft limit of open files, as `ulimit -Sn` prints it; null if not known. */
  readonly noFile: string | null;
  /** Masks as in /proc/PID/status: hex, bit n - 1 for signal n. */
  readonly ignoredSignals: string;
  readonly blockedSignals: string;
  /** Descriptors from 3 to 9 that were open, which the command inherits (a jobserver's, say). */
  readonly descriptors: readonly number[];
}

/** Reads the note and takes it out of the environment, which the recorded command inherits. */
export function takeStartedWith(env: NodeJS.ProcessEnv = process.env): StartedWith {
  const note = env[VARIABLE] ?? '';
  delete env[VARIABLE];
  const value = (key: string, pattern: string) =>
    new RegExp(`(?:^| )${key}=(${pattern})(?: |$)`).exec(note)?.[1] ?? null;
  return {
    noFile: value('nofile', '\\d+|unlimited'),
    ignoredSignals: value('sigign', '[0-9a-f]+') ?? '0',
    blockedSignals: value('sigblk', '[0-9a-f]+') ?? '0',
    descriptors: (value('fds', '[3-9,]*') ?? '').split(',').filter(Boolean).map(Number),
  };
}

/** Whether a signal was ignored when tracecap was started (nohup does that with SIGHUP). */
export function wasIgnored(startedWith: StartedWith, signal: number): boolean {
  return ((BigInt(`0x${startedWith.ignoredSignals}`) >> BigInt(signal - 1)) & 1n) === 1n;
}
