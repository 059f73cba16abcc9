import { tableOf } from '../schema/define-source.js';
import { SOURCES } from '../sources/index.js';

/** What this tracecap could have recorded: can be queried in every capture, empty where it was not. */
export const KNOWN_TABLES = SOURCES.map(tableOf);
