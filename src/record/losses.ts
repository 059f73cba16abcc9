/** Lost events, from counters of the BPF programs to rows of the table `losses`. */
import type { PumpLoss } from './bpf-addon.js';

/** enum tc_loss in bpf/include/tracecap/event.h, in its order. */
export const LOSS_REASONS = ['ring_full', 'map_full'] as const;

/** Who counts where no source does: tasks.bpf.c loses marks, the pump finds broken records. */
export const FOLLOW = 'follow';
export const PUMP = 'pump';

/** A row of `losses`, ts in ns since the Unix epoch. */
export interface LossRow extends Record<string, string | bigint> {
  readonly ts_from: bigint;
  readonly ts_to: bigint;
  readonly source: string;
  readonly reason: string;
  readonly count: bigint;
}

/** `sources`: names of the loaded sources, in the order of their counters. */
export function lossRow(loss: PumpLoss, sources: readonly string[]): LossRow {
  return {
    ts_from: loss.from,
    ts_to: loss.to,
    source: loss.object === null ? PUMP : (sources[loss.object] ?? FOLLOW),
    reason: loss.object === null ? 'unreadable' : (LOSS_REASONS[loss.reason] ?? 'unknown'),
    count: loss.count,
  };
}
