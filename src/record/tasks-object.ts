/**
 * bpf/tasks.bpf.c: owns the maps that all sources share, marks who is recorded, lists the processes
 * that are, and keeps the paths of new cgroups.
 */
import { type BpfObject, isBpfError, type RingPlace } from './bpf-addon.js';
import type { Target } from './filters.js';
import { type ListedProcess, listedProcesses } from './process-list.js';
import { ringRefusal, tasksRefusal } from './refusal.js';
import type { Globals } from './session.js';

export interface TasksOptions {
  /** Bytes of the ring for floods: a power of two, at least a page. */
  readonly ringBytes: number;
  readonly globals: Globals;
  /** Descriptors of maps to put in the place of shared ones, by their names. */
  readonly maps: Readonly<Record<string, number>>;
  /** Descriptor of the folder of the cgroup to record; null: all. */
  readonly cgroup: number | null;
}

/** The least that a ring can have: a page (kernel/bpf/ringbuf.c, ringbuf_map_alloc). */
export const MIN_RING_BYTES = 4096;

/** The rings, and the part of --buffer-size that each gets. */
const RINGS = { tc_flood: 1, tc_rare: 1 / 4 } as const;

const SHARED_MAPS = [
  ...Object.keys(RINGS),
  'tc_marks',
  'tc_cgroup_root',
  'tc_cgroup_set',
  'tc_mntns_set',
];

export class TasksObject {
  readonly object: BpfObject;
  readonly #options: TasksOptions;

  /** Loads it, with room for so many targets. Throws `unsupported` where the kernel refuses it. */
  constructor(object: BpfObject, options: TasksOptions, targets: number) {
    this.object = object;
    this.#options = options;
    try {
      this.#configure(targets);
      object.load();
    } catch (error) {
      object.close();
      throw ringRefusal(error, options.ringBytes);
    }
  }

  /** The maps that other objects are to use, with their descriptors. */
  get sharedMaps(): (readonly [map: string, fd: number])[] {
    const { maps } = this.#options;
    // libbpf calls a map by the name of the one that was put in its place (bpf_map__reuse_fd()).
    return SHARED_MAPS.map((map) => [map, maps[map] ?? this.object.mapFd(map)] as const);
  }

  get rings(): RingPlace[] {
    return Object.entries(RINGS).map(([map, part]) => ({
      fd: this.object.mapFd(map),
      bytes: this.#ringBytes(part),
    }));
  }

  /** Marks processes and threads, all their threads, and what they start if they are followed. */
  mark(targets: readonly Target[]): void {
    try {
      if (this.#options.cgroup !== null) {
        this.object.updateMap('tc_cgroup_root', words(0), words(this.#options.cgroup));
      }
      this.object.attach('tasks_fork');
      for (const { kind, number, marks } of targets) {
        this.object.updateMap('targets', words(kind, number), words(marks));
      }
      // Again for threads whose creator was not marked yet, born where the first run had passed.
      for (let run = 0; run < 2; run++) this.object.runIterator('tasks_mark');
    } catch (error) {
      throw tasksRefusal(error);
    }
  }

  /** Begins to keep the paths of cgroups that are made; gives the map, id to path. */
  watchCgroups(): number {
    try {
      this.object.attach('tasks_cgroup');
    } catch (error) {
      // Without it, only cgroups that live until their events are read have a path.
      if (!isBpfError(error)) throw error;
    }
    return this.object.mapFd('cgroup_paths');
  }

  /** The processes that are recorded now. timeOffset: ns from boot time to the Unix epoch. */
  processes(timeOffset: bigint): ListedProcess[] {
    try {
      const bytes = this.object.runIterator('tasks_list');
      return listedProcesses(this.object.describeStruct('process'), bytes, timeOffset);
    } catch (error) {
      throw tasksRefusal(error);
    }
  }

  #configure(targets: number): void {
    const { object } = this;
    object.setMapEntries('targets', Math.max(1, targets));
    for (const [map, part] of Object.entries(RINGS)) {
      object.setMapEntries(map, this.#ringBytes(part));
    }
    for (const [map, fd] of Object.entries(this.#options.maps)) object.shareMap(map, fd);
    for (const [name, value] of Object.entries(this.#options.globals)) {
      object.setGlobal(name, value);
    }
  }

  #ringBytes(part: number): number {
    return Math.max(MIN_RING_BYTES, this.#options.ringBytes * part);
  }
}

function words(...numbers: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}
