/** The main thread's end of the segment worker. */
import { Worker } from 'node:worker_threads';
import type { EndReason, Manifest } from '../capture/format.js';
import { assetPath } from '../shared/assets.js';
import { TracecapError } from '../shared/errors.js';
import type { LossRow } from './losses.js';
import type { ListedProcess } from './process-list.js';
import type { BeginMessage, FromWorker, Progress, ToWorker } from './segment-messages.js';

/** Something ended the recording from below. */
export interface Interruption {
  readonly reason: EndReason;
  readonly detail: string;
}

type Answer<T extends FromWorker['type']> = Extract<FromWorker, { type: T }>;

/** The segment worker as the main thread has it: its messages as promises. */
export class SegmentThread {
  progress: Progress = { rows: [], lost: 0, bytes: 0 };
  readonly interrupted: Promise<Interruption>;
  /** What could not be written, also after the recording's end; the capture then lacks it. */
  failure: Interruption | null = null;
  /** Resolves when the worker has imported all that it needs. */
  readonly ready: Promise<unknown>;
  readonly #worker = new Worker(assetPath('segmentWorker'));
  readonly #waiting = new Map<FromWorker['type'], (message: FromWorker) => void>();
  /** Rejects if the worker throws: a bug of ours. */
  readonly #broken: Promise<never>;

  constructor() {
    this.#broken = new Promise((_, reject) => void this.#worker.once('error', reject));
    this.ready = this.#answer('ready');
    this.interrupted = Promise.race([this.#interruption(), this.#broken]);
    // Whoever waits then for an answer throws it.
    this.interrupted.catch(() => {});
    this.ready.catch(() => {});
  }

  /** Throws TracecapError `output` where the capture's beginning cannot be written. */
  async begin(message: BeginMessage): Promise<void> {
    const refused = this.#answer('refused');
    const answer = await Promise.race([this.#ask(message, 'begun'), refused]);
    if (answer.type === 'begun') return;
    const { path } = message.output;
    throw new TracecapError('output', `cannot write ${path}: ${answer.message}`);
  }

  /** Empties the rings; losses and processes go into the capture, too. */
  drain(
    losses: readonly LossRow[],
    processes: readonly ListedProcess[],
  ): Promise<Answer<'drained'>> {
    return this.#ask({ type: 'stop', losses, processes }, 'drained');
  }

  async finish(manifest: Manifest): Promise<number> {
    return (await this.#ask({ type: 'finish', manifest }, 'finished')).bytes;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask<T extends FromWorker['type']>(message: ToWorker, answer: T): Promise<Answer<T>> {
    const answered = this.#answer(answer);
    this.#worker.postMessage(message);
    return answered;
  }

  #answer<T extends FromWorker['type']>(type: T): Promise<Answer<T>> {
    const answered = new Promise<Answer<T>>((resolve) => {
      this.#waiting.set(type, (message) => resolve(message as Answer<T>));
    });
    return Promise.race([answered, this.#broken]);
  }

  #interruption(): Promise<Interruption> {
    return new Promise((resolve) => {
      this.#worker.on('message', (message: FromWorker) => {
        if (message.type === 'progress') this.progress = message;
        const interruption = interruptionOf(message);
        if (message.type === 'failed') this.failure = interruption;
        if (interruption) resolve(interruption);
        this.#waiting.get(message.type)?.(message);
      });
    });
  }
}

function interruptionOf(message: FromWorker): Interruption | null {
  if (message.type === 'full') {
    return { reason: 'disk full', detail: 'the disk has only its reserve left' };
  }
  if (message.type !== 'failed') return null;
  const reason = ['ENOSPC', 'EDQUOT'].includes(message.code) ? 'disk full' : 'error';
  return { reason, detail: message.message };
}
