/** What every command says on stderr of how far its numbers can be trusted. */
import { type Completeness, lostWords } from '../analyze/completeness.js';
import { note } from './output.js';

/** What is missing of what was recorded. */
export function noteLosses(completeness: Completeness): void {
  if (!completeness.finished) {
    note(
      'not cleanly finished: the recording is still running or was cut off; what follows is all up to its last whole segment',
    );
  }
  if (completeness.lost > 0n) {
    note(`${lostWords(completeness)}, so the true numbers are larger`);
  }
}

/** That, and what was not recorded at all. */
export function noteTrust(completeness: Completeness): void {
  noteLosses(completeness);
  for (const name of completeness.not_recorded)
    note(`${name} was not recorded in this capture: no rows of it say nothing`);
}
