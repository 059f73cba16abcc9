/** The kernel side of a recording: objects loaded, tasks marked, hooks attached. */
import { readFileSync } from 'node:fs';
import type { SourceRefusal, SourceStart } from '../capture/format.js';
import type { Source } from '../schema/define-source.js';
import { bpfObjectPath } from '../shared/assets.js';
import { reason, TracecapError } from '../shared/errors.js';
import type { BpfAddon, ProgramStats, RingPlace, VariablePlace } from './bpf-addon.js';
import type { Target } from './filters.js';
import { FOLLOW } from './losses.js';
import type { ListedProcess } from './process-list.js';
import { refusalOf } from './refusal.js';
import { attachHook, hookNames, type LoadedSource, loadSource } from './source-object.js';
import { TasksObject } from './tasks-object.js';
import { findTracepoints, type TracepointIds } from './tracefs.js';

export interface SessionOptions {
  readonly sources: readonly Source[];
  /** Names of the sources without which there is no recording. */
  readonly required: ReadonlySet<string>;
  /** Bytes of the ring for floods: a power of two, at least a page. */
  readonly ringBytes: number;
  /** Inode number of our pid namespace; 0 for the first. */
  readonly pidNamespace: number;
  /** Globals of all objects, and of single sources by their name. */
  readonly globals: Globals;
  readonly sourceGlobals: Readonly<Record<string, Globals>>;
  /** Descriptors of maps to put in the place of shared ones, by their names. */
  readonly maps: Readonly<Record<string, number>>;
  /** Descriptor of the folder of the cgroup to record; null: all. */
  readonly cgroup: number | null;
}

export type Globals = Readonly<Record<string, bigint | Uint8Array>>;

/** A ring wakes its reader at this part of it. */
const WAKEUP_FRACTION = 1 / 8;

export class Session {
  /** Their places are the numbers that their events bear. */
  readonly #loaded: LoadedSource[] = [];
  readonly #attached = new Set<LoadedSource>();
  readonly refused: SourceRefusal[] = [];
  readonly #options: SessionOptions;
  readonly #pageBytes: number;
  readonly #tasks: TasksObject;

  /**
   * Loads everything, each source on its own, and marks the targets. Throws `unsupported` where
   * nothing can be recorded, or not what was asked for by name; nothing stays loaded then.
   */
  constructor(addon: BpfAddon, options: SessionOptions, targets: readonly Target[]) {
    this.#options = options;
    this.#pageBytes = addon.pageBytes();
    const tracepoints = findTracepoints(addon);
    this.#tasks = this.#loadTasks(addon, targets.length);
    try {
      this.#tasks.mark(targets);
      for (const source of options.sources) this.#loadSource(addon, source, tracepoints);
      this.#requireSources(this.#loaded.length);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Lets events come. Throws like the constructor; closing is the caller's then. */
  attach(): void {
    for (const loaded of this.#loaded) {
      const { source, object, hooks } = loaded;
      try {
        for (const hook of hooks) attachHook(object, hook);
        this.#attached.add(loaded);
      } catch (error) {
        object.detach();
        this.refused.push(refusalOf(source.name, error));
      }
    }
    this.#requireSources(this.#attached.size);
  }

  get rings(): RingPlace[] {
    return this.#tasks.rings;
  }

  /** The processes that are recorded now. timeOffset: ns from boot time to the Unix epoch. */
  processes(timeOffset: bigint): ListedProcess[] {
    return this.#tasks.processes(timeOffset);
  }

  /** Begins to keep the paths of cgroups that are made; gives the map, id to path. */
  watchCgroups(): number {
    return this.#tasks.watchCgroups();
  }

  /** What was loaded, in the order of the numbers that events bear. */
  get sources(): Source[] {
    return this.#loaded.map(({ source }) => source);
  }

  /** Where each source counts its losses, in the order of `sources`, then the marking's own. */
  get losses(): VariablePlace[] {
    return [...this.#loaded.map(({ object }) => object), this.#tasks.object].map((object) =>
      object.findVariable('tc_lost'),
    );
  }

  /** What is being recorded, by which hooks. */
  get started(): SourceStart[] {
    return [...this.#attached].map((loaded) => ({
      name: loaded.source.name,
      hooks: hookNames(loaded),
      object: loaded.file,
    }));
  }

  /** What the kernel counted of each source's programs, then of the marking's own. */
  get programs(): { source: string; programs: ProgramStats[] }[] {
    const sources = this.#loaded.map(({ source, object }) => ({
      source: source.name,
      programs: object.programStats(),
    }));
    return [...sources, { source: FOLLOW, programs: this.#tasks.object.programStats() }];
  }

  /** Ends all sources at once: no call that begins after this is recorded. */
  stop(): void {
    for (const { object } of this.#loaded) object.setFlag('tc_stopped');
  }

  /** After stop(): sends what is still on its way as it stands, of sources that declare how. */
  sendUnfinished(): void {
    for (const { object, atEnd } of this.#attached) {
      for (const { program, map } of atEnd) object.runIterator(program, map);
    }
  }

  /** After this no event comes; the rings still hold what came before. */
  detach(): void {
    for (const { object } of this.#loaded) object.detach();
    this.#tasks.object.detach();
  }

  close(): void {
    for (const { object } of this.#loaded) object.close();
    this.#tasks.object.close();
  }

  #loadTasks(addon: BpfAddon, targets: number): TasksObject {
    const object = new addon.BpfObject(readObject('tasks.bpf.o'), 'tasks');
    return new TasksObject(object, { ...this.#options, globals: this.#globals }, targets);
  }

  /** Of all objects. */
  get #globals(): Globals {
    const { pidNamespace, globals } = this.#options;
    return {
      tc_page_size: BigInt(this.#pageBytes),
      tc_pid_namespace: BigInt(pidNamespace),
      ...globals,
    };
  }

  #loadSource(addon: BpfAddon, source: Source, tracepoints: TracepointIds): void {
    const { sourceGlobals, ringBytes } = this.#options;
    try {
      const loaded = loadSource(source, {
        open: (file) => new addon.BpfObject(readObject(file), source.name),
        tracepoints,
        shared: this.#tasks.sharedMaps,
        globals: {
          tc_source: BigInt(this.#loaded.length),
          tc_wakeup_bytes: BigInt(ringBytes * WAKEUP_FRACTION),
          ...this.#globals,
          ...sourceGlobals[source.name],
        },
      });
      this.#loaded.push(loaded);
    } catch (error) {
      this.refused.push(refusalOf(source.name, error));
    }
  }

  #requireSources(working: number): void {
    const wanted = this.refused.find(({ name }) => this.#options.required.has(name));
    const refused = wanted ?? (working === 0 ? this.refused[0] : undefined);
    if (!refused) return;
    throw new TracecapError('unsupported', `cannot record ${refused.name}: ${refused.why}`);
  }
}

function readObject(file: string): Uint8Array {
  try {
    return readFileSync(bpfObjectPath(file));
  } catch (error) {
    throw new TracecapError(
      'unsupported',
      `this copy of tracecap cannot record: ${file} was not built (${reason(error)}); run 'sudo bin/setup' in its folder`,
    );
  }
}
