/** What every command says on stderr of how far its numbers can be trusted. */
import { type Completeness, lostWords } from '../analyze/completeness.js';
import { note } from './output.js';

export function noteTrust({ finished, lost_by_source, not_recorded, lost }: Completeness): void {
  if (!finished) {
    note(
      'not cleanly finished: the recording is still running or was cut off; what follows is all up to its last whole segment',
    );
  }
  if (lost > 0n) note(`${lostWords({ lost, lost_by_source })}, so the true numbers are larger`);
  for (const name of not_recorded)
    note(`${name} was not recorded in this capture: no rows of it say nothing`);
}
