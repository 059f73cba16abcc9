/** The main thread's end of the segment worker. */
import { Worker } from 'node:worker_threads';
import type { EndReason, Manifest } from '../capture/format.js';
import { assetPath } from '../shared/assets.js';
import type { BeginMessage, FromWorker, Progress, ToWorker } from './segment-messages.js';

/** Something ended the recording from below. */
export interface Interruption {
  readonly reason: EndReason;
  readonly detail: string;
}

/** The segment worker as the main thread has it: its messages as promises. */
export class SegmentThread {
  progress: Progress = { rows: [], lost: 0, bytes: 0 };
  readonly interrupted: Promise<Interruption>;
  readonly #worker = new Worker(assetPath('segmentWorker'));
  readonly #waiting = new Map<FromWorker['type'], (message: FromWorker) => void>();
  #reject: (error: unknown) => void = () => {};

  constructor() {
    this.interrupted = new Promise((resolve) => {
      this.#worker.on('message', (message: FromWorker) => {
        if (message.type === 'progress') this.progress = message;
        const interruption = interruptionOf(message);
        if (interruption) resolve(interruption);
        this.#waiting.get(message.type)?.(message);
      });
    });
    this.#worker.on('error', (error) => this.#reject(error));
  }

  async begin(message: BeginMessage): Promise<void> {
    await this.#ask(message, 'begun');
  }

  drain(): Promise<Extract<FromWorker, { type: 'drained' }>> {
    return this.#ask({ type: 'stop' }, 'drained');
  }

  async finish(manifest: Manifest): Promise<number> {
    return (await this.#ask({ type: 'finish', manifest }, 'finished')).bytes;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask<T extends FromWorker['type']>(
    message: ToWorker,
    answer: T,
  ): Promise<Extract<FromWorker, { type: T }>> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#waiting.set(answer, (got) => resolve(got as Extract<FromWorker, { type: T }>));
      this.#worker.postMessage(message);
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
