/** What the BPF programs cost, as the kernel counts it. */
import { closeSync } from 'node:fs';
import type { ProgramCost } from '../capture/format.js';
import { type BpfAddon, isBpfError } from './bpf-addon.js';
import type { Session } from './session.js';

/** Has the kernel count from now on (bpf(2), BPF_ENABLE_STATS); counts nothing where it may not. */
export class ProgramCosts {
  readonly #counting: number | null;

  constructor(addon: BpfAddon) {
    this.#counting = enable(addon);
  }

  /** The counts so far of the programs that ran; null where the kernel did not count. */
  read(session: Session): ProgramCost[] | null {
    if (this.#counting === null) return null;
    return session.programs.flatMap(({ source, programs }) =>
      programs
        .filter(({ runs }) => runs > 0)
        .map(({ name, runs, timeNs }) => ({ source, program: name, runs, time_ns: timeNs })),
    );
  }

  close(): void {
    if (this.#counting !== null) closeSync(this.#counting);
  }
}

function enable(addon: BpfAddon): number | null {
  try {
    return addon.enableStats();
  } catch (error) {
    if (isBpfError(error)) return null;
    throw error;
  }
}
