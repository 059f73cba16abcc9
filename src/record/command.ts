/** The command after `--`: started at once, but not let go before every probe is live. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { assetPath } from '../shared/assets.js';
import { reason, TracecapError } from '../shared/errors.js';
import type { StartedWith } from './started-with.js';
import type { User } from './users.js';

export interface CommandEnd {
  /** As a shell has it: 127 not found, 126 not executable, 128 + n killed by signal n. */
  readonly exitStatus: number;
  /** In words, for the manifest. */
  readonly detail: string;
}

export interface Command {
  readonly pid: number;
  /** Lets it go. */
  run(): void;
  /** Ends the waiting launcher; nothing will run. */
  cancel(): void;
  kill(signal: NodeJS.Signals): void;
  /** After run(): null when it is the command, else why it cannot be run. */
  readonly started: Promise<string | null>;
  readonly ended: Promise<CommandEnd>;
}

/**
 * Descriptors of the launcher: where it waits, and where it tells why it could not exec. Above those
 * that a shell can hand on by name.
 */
const GO = 10;
const STATUS = 11;

/**
 * Starts native/launch/launch.c, which becomes the command when it is told to. It shares our
 * terminal and process group, and gets back the limits and signals that we were started with. Where
 * the capture goes to stdout, what the command prints goes to stderr.
 */
export async function prepareCommand(
  words: readonly string[],
  startedWith: StartedWith,
  runAs: User | null,
  stdoutIsTaken: boolean,
): Promise<Command> {
  const { noFile, ignoredSignals, blockedSignals } = startedWith;
  const user = runAs ? [runAs.uid, runAs.gid, runAs.name].map(String) : ['-', '-', '-'];
  const child = spawn(
    assetPath('launcher'),
    [String(GO), String(STATUS), noFile ?? '-', ignoredSignals, blockedSignals, ...user, ...words],
    { stdio: stdio(startedWith, stdoutIsTaken), env: environment(runAs) },
  );
  await spawned(child);
  const go = pipeAt(child, GO);
  // The launcher may be killed while it waits.
  go.on('error', () => {});
  await waiting(go);
  return {
    pid: child.pid as number,
    run: () => void go.end('g'),
    cancel: () => void go.end(),
    kill: (signal) => void child.kill(signal),
    started: execFailure(child, words[0] ?? ''),
    ended: commandEnd(child),
  };
}

function stdio({ descriptors }: StartedWith, stdoutIsTaken: boolean): StdioOptions {
  const inherited = [3, 4, 5, 6, 7, 8, 9].map((fd) => (descriptors.includes(fd) ? fd : 'ignore'));
  return [0, stdoutIsTaken ? 2 : 1, 2, ...inherited, 'pipe', 'pipe'];
}

/** As sudo and setpriv set it for another user. */
function environment(runAs: User | null): NodeJS.ProcessEnv {
  if (!runAs) return process.env;
  return { ...process.env, HOME: runAs.home, USER: runAs.name, LOGNAME: runAs.name };
}

/** Node's types know only five of a child's descriptors. */
function pipeAt(child: ChildProcess, fd: number): Duplex {
  return (child.stdio as readonly unknown[])[fd] as Duplex;
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) =>
      reject(
        new TracecapError(
          'unsupported',
          `cannot start commands: ${reason(error)}; run 'npm run build:native'`,
        ),
      ),
    );
  });
}

/** Resolves when the launcher has done all that a recording must not see, or has gone. */
function waiting(go: Duplex): Promise<void> {
  return new Promise((resolve) => {
    go.once('data', () => resolve());
    go.once('close', () => resolve());
  });
}

/** The launcher's end of the pipe closes at exec, or after it wrote what went wrong. */
function execFailure(child: ChildProcess, name: string): Promise<string | null> {
  let errno = '';
  const status = pipeAt(child, STATUS).setEncoding('utf8');
  status.on('data', (text: string) => {
    errno += text;
  });
  return new Promise((resolve) => {
    status.once('close', () =>
      resolve(errno === '' ? null : `cannot run '${name}': ${errnoText(Number(errno))}`),
    );
  });
}

function commandEnd(child: ChildProcess): Promise<CommandEnd> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      const exitStatus = signal ? 128 + constants.signals[signal] : (code ?? 0);
      const detail = signal ? `command killed by ${signal}` : `command exited with ${code}`;
      resolve({ exitStatus, detail });
    });
  });
}

function errnoText(errno: number): string {
  const known: Readonly<Record<number, string>> = {
    [constants.errno.ENOENT]: 'no such command',
    [constants.errno.EACCES]: 'permission denied',
    [constants.errno.ENOEXEC]: 'not an executable',
    [constants.errno.EPERM]: 'operation not permitted',
  };
  return known[errno] ?? `errno ${errno}`;
}
