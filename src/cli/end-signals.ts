/** The signals that end a recording. */
import { constants } from 'node:os';
import { type StartedWith, wasIgnored } from '../record/started-with.js';

type EndSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface EndSignals {
  /** The first that came; null: none yet. */
  readonly received: EndSignal | null;
  readonly first: Promise<EndSignal>;
}

/**
 * Takes the signals over. The first one ends the recording; a second one ends tracecap at once, and
 * the capture is then readable up to its last segment. A SIGHUP that was ignored when tracecap was
 * started stays ignored (nohup); not so SIGINT, which shells ignore for what a script starts with &.
 */
export function takeEndSignals(startedWith: StartedWith): EndSignals {
  let received: EndSignal | null = null;
  const first = new Promise<EndSignal>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const ignored = signal === 'SIGHUP' && wasIgnored(startedWith, constants.signals[signal]);
      process.on(signal, () => {
        if (ignored) return;
        if (received !== null) process.exit(killedBy(signal));
        received = signal;
        resolve(signal);
      });
    }
  });
  return {
    first,
    get received() {
      return received;
    },
  };
}

/** The exit status of what a signal ended, as shells have it. */
export function killedBy(signal: EndSignal): number {
  return 128 + constants.signals[signal];
}
