/** What the main thread and the segment worker say to each other. */
import type { Manifest, SourceEnd, Start } from '../capture/format.js';
import type { PumpOptions } from './bpf-addon.js';
import type { LossRow } from './losses.js';
import type { ListedProcess } from './process-list.js';
import type { ProcessRowOptions } from './process-rows.js';

/** Where to write what, and from where it comes. */
export interface BeginMessage {
  readonly type: 'begin';
  readonly output: { readonly fd: number; readonly path: string };
  readonly start: Start;
  /** Names of the loaded sources: the tables of the pump's plans, in their order. */
  readonly sources: readonly string[];
  readonly pump: PumpOptions;
  /** Whether what looks like a secret in arguments is made unreadable. */
  readonly maskSecrets: boolean;
  /** The processes that are recorded, and how their rows are made. */
  readonly processes: readonly ListedProcess[];
  readonly processRows: ProcessRowOptions;
  /** Descriptor of the map with the paths of cgroups that are made while we record. */
  readonly newCgroups: number;
}

/** To the worker. */
export type ToWorker =
  | BeginMessage
  /** No event comes any more: empty the rings. */
  | {
      readonly type: 'stop';
      /** What else is known to be lost. */
      readonly losses: readonly LossRow[];
      /** The processes that are there now. */
      readonly processes: readonly ListedProcess[];
    }
  | { readonly type: 'finish'; readonly manifest: Manifest };

export interface Progress {
  /** Rows by loaded source, in the order of their plans. */
  readonly rows: readonly number[];
  readonly lost: number;
  /** Size of the capture so far. */
  readonly bytes: number;
}

/** From the worker. */
export type FromWorker =
  /** Everything is imported. */
  | { readonly type: 'ready' }
  /** The capture's beginning is written, and the rings are being read. */
  | { readonly type: 'begun' }
  /** Not even the beginning could be written. */
  | { readonly type: 'refused'; readonly message: string }
  | ({ readonly type: 'progress' } & Progress)
  /** The capture cannot grow any more: what is in it stays readable. */
  | { readonly type: 'full' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** The rings are empty. */
  | {
      readonly type: 'drained';
      readonly sources: readonly SourceEnd[];
      /** Uids that rows bear. */
      readonly uids: readonly number[];
    }
  | { readonly type: 'finished'; readonly bytes: number };
