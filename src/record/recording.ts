/** A recording from its first event to its last: the session in the kernel and the thread that writes. */
import type { ClockReading, EndReason, Manifest, ProgramCost, Start } from '../capture/format.js';
import { decodePlan, type Source } from '../schema/define-source.js';
import { reason } from '../shared/errors.js';
import { type BpfAddon, notBuilt } from './bpf-addon.js';
import { ClockWatch, namespaceAhead, readClock, timeOffset } from './clock.js';
import { loadDecodeAddon } from './decode-addon.js';
import { describeStart } from './describe-start.js';
import {
  type Filters,
  filterGlobals,
  filterMaps,
  filterTargets,
  recorderTarget,
  type Target,
} from './filters.js';
import { readPidNamespace } from './host.js';
import { FOLLOW, type LossRow } from './losses.js';
import type { ListedProcess } from './process-list.js';
import { ProgramCosts } from './program-costs.js';
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
  /** Of the manifest: what the user says of it. */
  readonly note: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether arguments of programs are read at all, and what looks like a secret in them masked. */
  readonly withArguments: boolean;
  readonly maskSecrets: boolean;
}

interface LastLook {
  readonly programs: ProgramCost[] | null;
  readonly processes: ListedProcess[];
  readonly failures: readonly string[];
}

export class Recording {
  readonly start: Start;
  /** Resolves if the capture cannot grow any more. */
  readonly interrupted: Promise<Interruption>;
  readonly #session: Session;
  readonly #thread: SegmentThread;
  readonly #addon: BpfAddon;
  readonly #costs: ProgramCosts;
  readonly #clockWatch: ClockWatch;

  private constructor(
    addon: BpfAddon,
    start: Start,
    session: Session,
    thread: SegmentThread,
    costs: ProgramCosts,
  ) {
    this.#addon = addon;
    this.start = start;
    this.#session = session;
    this.#thread = thread;
    this.#costs = costs;
    this.#clockWatch = new ClockWatch(addon, start.clock);
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
          globals: {
            ...filterGlobals(options.filters, targets.length > 0),
            ...(!options.withArguments && { tc_no_argv: 1n }),
          },
          maps: filterMaps(options.filters),
          cgroup: options.filters.cgroup?.fd ?? null,
        },
        [recorderTarget(), ...targets],
      );
      // It imported Arrow while the kernel verified. From here on all is quick.
      await thread.ready;
      // Time 0: no event is older, and the time that loading took is not in the recording.
      const clock = readClock(addon);
      const ownOffset = timeOffset(clock) - namespaceAhead();
      const costs = new ProgramCosts(addon);
      const newCgroups = session.watchCgroups();
      session.attach();
      const start = describeStart(options, session, clock, pidNamespace);
      await thread.begin({
        type: 'begin',
        output: options.output,
        start,
        maskSecrets: options.maskSecrets,
        sources: session.sources.map(({ name }) => name),
        pump: {
          rings: session.rings,
          losses: session.losses,
          plans: session.sources.map(decodePlan),
          timeOffset: timeOffset(clock),
          ownOffset,
          began: BigInt(clock.wall_ns),
        },
        // Without the launcher, which waits to become the command.
        processes: session
          .processes(timeOffset(clock))
          .filter(({ pid }) => !options.targets.some(({ number }) => number === pid)),
        processRows: {
          ownOffset,
          cgroup: options.filters.cgroup?.id ?? null,
          withArguments: options.withArguments,
        },
        newCgroups,
      });
      return new Recording(addon, start, session, thread, costs);
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
    const clock_steps = this.#clockWatch.stop();
    const { programs, processes, failures } = this.#lastLook();
    this.#session.detach();
    const drained = await this.#thread.drain(this.#missed(clock), processes);
    this.#session.close();
    this.#costs.close();
    const { user, system } = process.cpuUsage();
    const manifest: Manifest = {
      clock,
      clock_steps,
      end_reason,
      end_detail: [end_detail, ...failures].filter((text) => text !== null).join('; ') || null,
      sources: drained.sources,
      users: userNames(drained.uids),
      cost: {
        recorder_cpu_ns: (user + system) * 1000,
        recorder_peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
        programs,
      },
    };
    const bytes = await this.#thread.finish(manifest);
    await this.#thread.terminate();
    return { manifest, bytes, failure: this.#thread.failure };
  }

  /** Before the programs go. What fails here costs only itself: the rest is still to be written. */
  #lastLook(): LastLook {
    const failures: string[] = [];
    const attempt = <T>(work: () => T, otherwise: T): T => {
      try {
        return work();
      } catch (error) {
        failures.push(reason(error));
        return otherwise;
      }
    };
    attempt(() => this.#session.sendUnfinished(), undefined);
    return {
      programs: attempt(() => this.#costs.read(this.#session), null),
      processes: attempt(() => this.#session.processes(timeOffset(this.start.clock)), []),
      failures,
    };
  }

  /**
   * Events that no program saw, as rows of `losses`. The kernel counts them for all tasks alike, so
   * only where all tasks are recorded do they say anything.
   */
  #missed(end: ClockReading): LossRow[] {
    if (Object.keys(this.start.filters).length > 0) return [];
    const [ts_from, ts_to] = [BigInt(this.start.clock.wall_ns), BigInt(end.wall_ns)];
    const sources = this.#session.programs.filter(({ source }) => source !== FOLLOW);
    return sources.flatMap(({ source, programs }) => {
      const count = programs.reduce((sum, { missed }) => sum + missed, 0);
      if (count === 0) return [];
      return [{ ts_from, ts_to, source, reason: 'recursion', count: BigInt(count) }];
    });
  }
}
