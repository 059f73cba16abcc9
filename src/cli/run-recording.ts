/** A recording from the user's side: begin, wait for whatever ends it, tell what was recorded. */
import type { EndReason } from '../capture/format.js';
import { loadBpfAddon } from '../record/bpf-addon.js';
import { type Command, prepareCommand } from '../record/command.js';
import { isDiskNearlyFull } from '../record/disk.js';
import { commandTarget } from '../record/filters.js';
import { maskArguments } from '../record/mask-secrets.js';
import {
  createOutput,
  discardOutput,
  keepOutput,
  type OutputFile,
  sudoIds,
} from '../record/output-file.js';
import { openPlaces, type PlaceWords } from '../record/places.js';
import { preflight } from '../record/preflight.js';
import { Recording, type RecordingOptions } from '../record/recording.js';
import { type StartedWith, takeStartedWith } from '../record/started-with.js';
import type { User } from '../record/users.js';
import { TracecapError } from '../shared/errors.js';
import { type EndSignals, killedBy, takeEndSignals } from './end-signals.js';
import { note } from './output.js';
import { showProgress } from './record-progress.js';
import { tellRecorded, tellStarted } from './record-report.js';

export interface RecordRequest
  extends Omit<RecordingOptions, 'output' | 'targets' | 'commandLine'> {
  /** The command after `--`; empty: none. */
  readonly words: readonly string[];
  /** Filters that are opened when it is known that recording works here. */
  readonly places: PlaceWords;
  readonly durationNs: number | null;
  readonly output: string;
  readonly force: boolean;
  readonly runAs: User | null;
  readonly verbose: boolean;
}

interface End {
  readonly reason: EndReason;
  readonly detail: string | null;
}

/** Runs it to its end and gives the exit status: the command's own, where there is one. */
export async function runRecording(request: RecordRequest): Promise<number> {
  const startedWith = takeStartedWith();
  const signals = takeEndSignals(startedWith);
  preflight();
  const addon = loadBpfAddon();
  addon.captureLog(request.verbose);
  const filters = { ...request.filters, ...openPlaces(addon, request.places) };
  const output = createOutput(request.output, request.force, sudoIds());
  const { command, recording } = await begin({ ...request, filters }, startedWith, output);
  if (signals.received) {
    command?.cancel();
    await recording.end('signal', signals.received);
    discardOutput(output);
    return killedBy(signals.received);
  }
  const ended = waitForEnd(request, signals, recording, command);
  command?.run();
  const failure = await command?.started;
  if (command && failure) {
    await recording.end('error', failure);
    discardOutput(output);
    note(failure);
    return (await command.ended).exitStatus;
  }
  keepOutput(output);
  tellStarted(recording.start, output, request);
  const hideProgress = command ? () => {} : showProgress(recording, request.durationNs);
  const end = await ended;
  hideProgress();
  const { manifest, bytes, failure: lost } = await recording.end(end.reason, end.detail);
  tellRecorded(recording.start, manifest, output, bytes);
  return exitStatus(lost ?? end, await command?.ended);
}

async function begin(
  request: RecordRequest,
  startedWith: StartedWith,
  output: OutputFile,
): Promise<{ command: Command | null; recording: Recording }> {
  let command: Command | null = null;
  try {
    if (isDiskNearlyFull(output.fd)) {
      throw new TracecapError(
        'output',
        `cannot write ${output.path}: the disk has only its reserve left (5 % or 1 GiB); free some, or choose another --output`,
      );
    }
    if (request.words.length > 0) {
      const { words, runAs } = request;
      command = await prepareCommand(words, startedWith, runAs, output.fd === 1);
    }
    const shown = request.maskSecrets ? maskArguments : (args: readonly string[]) => args;
    const targets = command ? [commandTarget(command.pid)] : [];
    const recording = await Recording.begin(loadBpfAddon(), {
      ...request,
      output,
      targets,
      filterWords: {
        ...request.filterWords,
        // A process that named it may be gone when the manifest is read.
        ...(request.filters.mntns !== undefined && { mntns: String(request.filters.mntns) }),
        // The manifest's reader must not take one command for the whole machine.
        ...(command && { command: shown(request.words).join(' ') }),
      },
      commandLine: shown(['tracecap', ...process.argv.slice(2)]),
    });
    return { command, recording };
  } catch (error) {
    command?.cancel();
    discardOutput(output);
    throw error;
  }
}

/** Resolves at the first of deadline, signal, the command's end, and what interrupts from below. */
function waitForEnd(
  { durationNs }: RecordRequest,
  signals: EndSignals,
  recording: Recording,
  command: Command | null,
): Promise<End> {
  const ends: Promise<End>[] = [recording.interrupted, signalled(signals, command)];
  if (command) {
    ends.push(command.ended.then(({ detail }) => ({ reason: 'command ended', detail })));
  }
  if (durationNs !== null)
    ends.push(deadline(BigInt(recording.start.clock.monotonic_ns) + BigInt(durationNs)));
  return Promise.race(ends);
}

/** setTimeout holds no more than 2^31 - 1 ms. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** `due` on CLOCK_MONOTONIC, which is what process.hrtime reads. */
function deadline(due: bigint): Promise<End> {
  return new Promise((resolve) => {
    const wait = () => {
      const left = Math.ceil(Number(due - process.hrtime.bigint()) / 1e6);
      if (left <= 0) resolve({ reason: 'duration', detail: null });
      else setTimeout(wait, Math.min(left, LONGEST_TIMEOUT_MS)).unref();
    };
    wait();
  });
}

/** A terminal's Ctrl-C reaches the command by itself. */
async function signalled(signals: EndSignals, command: Command | null): Promise<End> {
  const signal = await signals.first;
  if (signal !== 'SIGINT') command?.kill(signal);
  return { reason: 'signal', detail: signal };
}

function exitStatus(end: End, ended: Awaited<Command['ended']> | undefined): number {
  if (end.reason === 'error' || end.reason === 'disk full') {
    const failure = new TracecapError('output', `the recording ended early: ${end.detail}`);
    note(failure.message);
    return ended?.exitStatus || failure.exitStatus;
  }
  return ended?.exitStatus ?? 0;
}
