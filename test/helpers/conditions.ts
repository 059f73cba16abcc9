/** Captures of every condition, and what the commands say of them on stderr. */
import { OWN_TABLES } from '../../src/capture/own-tables.js';
import { SOURCES } from '../../src/sources/index.js';
import { loss } from './sample-capture.js';

/** Text that must be made inert. */
export const HOSTILE = 'a\nb\u001b[31m\u202e,"x"';

export const UNFINISHED =
  'tracecap: not cleanly finished: the recording is still running or was cut off; what follows is all up to its last whole segment\n';

export const LOST = 'tracecap: 12 events lost (opensnoop 12), so the true numbers are larger\n';

/** Tables that can be named in every capture: its own first. */
export const QUERYABLE = [
  ...new Set(['opensnoop', 'losses', ...[...OWN_TABLES, ...SOURCES].map(({ name }) => name)]),
];

/** A recording that was cut off and had lost something. */
export const CUT = { finished: false, losses: [loss('opensnoop', 12)] };
