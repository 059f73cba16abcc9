/** What each BPF program cost while it recorded. */
import type { Info } from '../info.js';
import { durationText } from './duration-text.js';
import { tableRows } from './table.js';

/** Lines of text; where the kernel did not count, one that says so. */
export function* programsText({ cost: { programs } }: Info): Generator<string> {
  if (programs === null) {
    yield 'not counted: it needs CAP_SYS_ADMIN, a finished recording, and a recorder that does it\n';
    return;
  }
  const rows = programs.toSorted((a, b) => b.time_ns - a.time_ns);
  yield* tableRows(
    ['source', 'program', 'runs', 'time', 'a run'],
    rows.map(({ source, program, runs, time_ns }) => [
      source,
      program,
      runs,
      durationText(BigInt(time_ns)),
      durationText(BigInt(Math.round(time_ns / Math.max(1, runs)))),
    ]),
  );
}
