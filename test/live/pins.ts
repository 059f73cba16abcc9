/** Pinned maps and programs in a BPF file system of a test's own. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildWorkload } from '../helpers/workload.js';
import { Running } from './recorder.js';

export class Pins {
  /** Where it is mounted. */
  readonly path: string;
  readonly #program: string;
  readonly #running: Running[] = [];

  /** Mounts it in a folder of the test's, and compiles workloads/pins.c there. */
  constructor(folder: string) {
    this.#program = buildWorkload('pins', folder);
    this.path = join(folder, 'bpffs');
    mkdirSync(this.path);
    const words = ['-t', 'bpf', 'none', this.path];
    const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  /** Pins what workloads/pins.c makes by these words; the path, and how to change a map's entries. */
  async pin(name: string, ...[what = '', ...sizes]: string[]) {
    const path = join(this.path, name);
    const pinned = new Running(this.#program, [what, path, ...sizes]);
    this.#running.push(pinned);
    await pinned.says(/^ready$/m);
    return { path, tell: (line: string) => pinned.tell(line) };
  }

  /** An empty hash map with keys and values of so many bytes. */
  pinSet(name: string, keyBytes: number, valueBytes: number) {
    return this.pin(name, 'map', `${keyBytes}`, `${valueBytes}`);
  }

  remove(): void {
    for (const each of this.#running) each.stop();
    spawnSync('umount', ['-l', this.path]);
  }
}
