/** A recording from its first event to its last: the session in the kernel and the thread that writes. */
import {
  type ClockReading,
  type EndReason,
  FORMAT_VERSION,
  type Manifest,
  type Start,
} from '../capture/format.js';
import { LOSSES } from '../capture/losses.js';
import { decodePlan, type Source, tableOf } from '../schema/define-source.js';
import { version } from '../shared/assets.js';
import { type BpfAddon, notBuilt } from './bpf-addon.js';
import { readClock, timeOffset } from './clock.js';
import { loadDecodeAddon } from './decode-addon.js';
import {
  type Filters,
  filterGlobals,
  filterTargets,
  recorderTarget,
  type Target,
} from './filters.js';
import { readHost, readPidNamespace } from './host.js';
import type { LossRow } from './losses.js';
import type { Progress } from './segment-messages.js';
import { type Interruption, SegmentThread } from './segment-thread.js';
import { type Globals, Session } from './session.js';
import { userNames } from './users.js';

export interface RecordingOptions {
  readonly sources: readonly Source[];
  readonly required: ReadonlySet<string>;
  readonly output: { readonly fd: number; readonly path: string };
  readonly ringBytes: number;
  readonly filters: Filters;
  readonly sourceGlobals: Readonly<Record<string, Globals>>;
  /** More processes to mark: the command that waits. */
  readonly targets: readonly Target[];
  /** Of the manifest: the words that were typed. */
  readonly commandLine: readonly string[];
  /** Of the manifest: filters by option name, as typed. */
  readonly filterWords: Readonly<Record<string, string>>;
}

export class Recording {
  readonly start: Start;
  /** Resolves if the capture cannot grow any more. */
  readonly interrupted: Promise<Interruption>;
  readonly #session: Session;
  readonly #thread: SegmentThread;
  readonly #addon: BpfAddon;

  private constructor(addon: BpfAddon, start: Start, session: Session, thread: SegmentThread) {
    this.#addon = addon;
    this.start = start;
    this.#session = session;
    this.#thread = thread;
    this.interrupted = thread.interrupted;
  }

  /**
   * Begins: when the promise resolves every probe is live and the capture's beginning is written.
   * Throws TracecapError where the kernel, the privileges or the output do not allow it.
   */
  static async begin(addon: BpfAddon, options: RecordingOptions): Promise<Recording> {
    if (!loadDecodeAddon()) throw notBuilt('native/build/decode.node');
    const thread = new SegmentThread();
    const pidNamespace = readPidNamespace();
    let session: Session | undefined;
    try {
      const targets = [...filterTargets(options.filters), ...options.targets];
      session = new Session(
        addon,
        {
          ...options,
          pidNamespace: pidNamespace.initial ? 0 : pidNamespace.inode,
          globals: filterGlobals(options.filters, targets.length > 0),
        },
        [recorderTarget(), ...targets],
      );
      // It imported Arrow while the kernel verified. From here on all is quick.
      await thread.ready;
      // Time 0: no event is older, and the time that loading took is not in the recording.
      const clock = readClock(addon);
      session.attach();
      const start = describeStart(options, session, clock, pidNamespace);
      await thread.begin({
        type: 'begin',
        output: options.output,
        start,
        sources: session.sources.map(({ name }) => name),
        pump: {
          rings: session.rings,
          losses: session.losses,
          plans: session.sources.map(decodePlan),
          timeOffset: timeOffset(clock),
          began: BigInt(clock.wall_ns),
        },
      });
      return new Recording(addon, start, session, thread);
    } catch (error) {
      session?.close();
      await thread.terminate();
      throw error;
    }
  }

  /** Names of the loaded sources: the order of progress.rows. */
  get sources(): string[] {
    return this.#session.sources.map(({ name }) => name);
  }

  get progress(): Progress {
    return this.#thread.progress;
  }

  /**
   * Ends the recording; gives the manifest, the size of the capture, and what kept the last rows or
   * the manifest itself from being written.
   */
  async end(
    end_reason: EndReason,
    end_detail: string | null,
  ): Promise<{ manifest: Manifest; bytes: number; failure: Interruption | null }> {
    this.#session.stop();
    const clock = readClock(this.#addon);
    this.#session.detach();
    const drained = await this.#thread.drain(this.#missed(clock));
    this.#session.close();
    const { user, system } = process.cpuUsage();
    const manifest: Manifest = {
      clock,
      end_reason,
      end_detail,
      sources: drained.sources,
      users: userNames(drained.uids),
      cost: {
        recorder_cpu_ns: (user + system) * 1000,
        recorder_peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
      },
    };
    const bytes = await this.#thread.finish(manifest);
    await this.#thread.terminate();
    return { manifest, bytes, failure: this.#thread.failure };
  }

  /**
   * Events that no program saw, as rows of `losses`. The kernel counts them for all tasks alike, so
   * only where all tasks are recorded do they say anything.
   */
  #missed(end: ClockReading): LossRow[] {
    if (Object.keys(this.start.filters).length > 0) return [];
    const [ts_from, ts_to] = [BigInt(this.start.clock.wall_ns), BigInt(end.wall_ns)];
    return this.#session.misses.map(({ source, count }) => ({
      ts_from,
      ts_to,
      source,
      reason: 'recursion',
      count: BigInt(count),
    }));
  }
}

function describeStart(
  options: RecordingOptions,
  session: Session,
  clock: Start['clock'],
  pidNamespace: Start['pid_namespace'],
): Start {
  const { SUDO_USER, SUDO_UID } = process.env;
  return {
    format_version: FORMAT_VERSION,
    recorder: version(),
    command_line: options.commandLine,
    requested_by: {
      uid: process.getuid?.() ?? 0,
      sudo_user: SUDO_USER ?? null,
      sudo_uid: SUDO_UID === undefined ? null : Number(SUDO_UID),
    },
    clock,
    host: readHost(),
    sources: session.started,
    refused: session.refused,
    filters: options.filterWords,
    pid_namespace: pidNamespace,
    ring_bytes: options.ringBytes,
    tables: [...session.sources.map(tableOf), LOSSES],
  };
}
