/** The kernel side of a recording: objects loaded, tasks marked, hooks attached. */
import { readFileSync } from 'node:fs';
import type { SourceRefusal, SourceStart } from '../capture/format.js';
import type { Source } from '../schema/define-source.js';
import { bpfObjectPath } from '../shared/assets.js';
import { reason, TracecapError } from '../shared/errors.js';
import type { BpfAddon, BpfObject, VariablePlace } from './bpf-addon.js';
import type { Target } from './filters.js';
import { refusalOf, ringRefusal, tasksRefusal } from './refusal.js';
import { attachHook, hookName, type LoadedSource, loadSource } from './source-object.js';
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
}

export type Globals = Readonly<Record<string, bigint | Uint8Array>>;

/** Maps that all objects share, and the part of --buffer-size that each ring gets. */
const RINGS = { tc_flood: 1, tc_rare: 1 / 4 } as const;
const SHARED_MAPS = [...Object.keys(RINGS), 'tc_marks'];

/** The least that a ring can have: a page (kernel/bpf/ringbuf.c, ringbuf_map_alloc). */
export const MIN_RING_BYTES = 4096;

/** A ring wakes its reader at this part of it. */
const WAKEUP_FRACTION = 1 / 8;

export class Session {
  /** Their places are the numbers that their events bear. */
  readonly #loaded: LoadedSource[] = [];
  readonly #attached = new Set<LoadedSource>();
  readonly refused: SourceRefusal[] = [];
  readonly #options: SessionOptions;
  readonly #tasks: BpfObject;

  /**
   * Loads everything, each source on its own, and marks the targets. Throws `unsupported` where
   * nothing can be recorded, or not what was asked for by name; nothing stays loaded then.
   */
  constructor(addon: BpfAddon, options: SessionOptions, targets: readonly Target[]) {
    this.#options = options;
    const tracepoints = findTracepoints(addon);
    this.#tasks = this.#loadTasks(addon, targets.length);
    try {
      this.#mark(targets);
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

  /** Marks processes and threads, all their threads, and what they start if they are followed. */
  #mark(targets: readonly Target[]): void {
    try {
      this.#tasks.attach('tasks_fork');
      for (const { kind, number, marks } of targets) {
        this.#tasks.updateMap('targets', words(kind, number), words(marks));
      }
      // Again for threads whose creator was not marked yet, born where the first run had passed.
      for (let run = 0; run < 2; run++) this.#tasks.runIterator('tasks_mark');
    } catch (error) {
      throw tasksRefusal(error);
    }
  }

  get rings(): { fd: number; bytes: number }[] {
    return Object.entries(RINGS).map(([map, part]) => ({
      fd: this.#tasks.mapFd(map),
      bytes: this.#ringBytes(part),
    }));
  }

  /** What was loaded, in the order of the numbers that events bear. */
  get sources(): Source[] {
    return this.#loaded.map(({ source }) => source);
  }

  /** Where each source counts its losses, in the order of `sources`, then the marking's own. */
  get losses(): VariablePlace[] {
    return [...this.#loaded.map(({ object }) => object), this.#tasks].map((object) =>
      object.findVariable('tc_lost'),
    );
  }

  /** What is being recorded, by which hooks. */
  get started(): SourceStart[] {
    return [...this.#attached].map(({ source, hooks, file }) => ({
      name: source.name,
      hooks: hooks.map(hookName),
      object: file,
    }));
  }

  /**
   * Runs of programs that the kernel left out, of the sources that have any: at most so many events
   * were lost (BpfObject.missedRuns). To be read before close().
   */
  get misses(): { source: string; count: number }[] {
    return this.#loaded
      .map(({ source, object }) => ({ source: source.name, count: object.missedRuns() }))
      .filter(({ count }) => count > 0);
  }

  /** Ends all sources at once: no call that begins after this is recorded. */
  stop(): void {
    for (const { object } of this.#loaded) object.setFlag('tc_stopped');
  }

  /** After this no event comes; the rings still hold what came before. */
  detach(): void {
    for (const { object } of this.#loaded) object.detach();
    this.#tasks.detach();
  }

  close(): void {
    for (const { object } of this.#loaded) object.close();
    this.#tasks.close();
  }

  #loadTasks(addon: BpfAddon, targets: number): BpfObject {
    const tasks = new addon.BpfObject(readObject('tasks.bpf.o'), 'tasks');
    tasks.setMapEntries('targets', Math.max(1, targets));
    for (const [map, part] of Object.entries(RINGS)) {
      tasks.setMapEntries(map, this.#ringBytes(part));
    }
    tasks.setGlobal('tc_pid_namespace', BigInt(this.#options.pidNamespace));
    try {
      tasks.load();
    } catch (error) {
      throw ringRefusal(error, this.#options.ringBytes);
    }
    return tasks;
  }

  #loadSource(addon: BpfAddon, source: Source, tracepoints: TracepointIds): void {
    const { globals, sourceGlobals, ringBytes, pidNamespace } = this.#options;
    try {
      const loaded = loadSource(source, {
        open: (file) => new addon.BpfObject(readObject(file), source.name),
        tracepoints,
        shared: SHARED_MAPS.map((map) => [map, this.#tasks.mapFd(map)] as const),
        globals: {
          tc_source: BigInt(this.#loaded.length),
          tc_wakeup_bytes: BigInt(ringBytes * WAKEUP_FRACTION),
          tc_pid_namespace: BigInt(pidNamespace),
          ...globals,
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

  #ringBytes(part: number): number {
    return Math.max(MIN_RING_BYTES, this.#options.ringBytes * part);
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

function words(...numbers: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}
