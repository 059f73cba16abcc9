/** The tables of a capture that the recorder fills itself: part of every recording. */
import type { Table } from '../schema/table.js';
import { CGROUPS } from './cgroups.js';
import { LOSSES } from './losses.js';
import { PROCESSES } from './processes.js';

export const OWN_TABLES: readonly Table[] = [LOSSES, PROCESSES, CGROUPS];
