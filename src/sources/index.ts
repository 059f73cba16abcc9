/** The sources, in the order in which users see them: the one place that names them all. */
import type { Source } from '../schema/define-source.js';
import { execsnoop } from './execsnoop.js';
import { exitsnoop } from './exitsnoop.js';
import { opensnoop } from './opensnoop.js';
import { tcpconnlat } from './tcpconnlat.js';

export const SOURCES: readonly Source[] = [opensnoop, execsnoop, exitsnoop, tcpconnlat];
