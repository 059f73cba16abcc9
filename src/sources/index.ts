/** The sources, in the order in which users see them: the one place that names them all. */
import type { Source } from '../schema/define-source.js';
import { opensnoop } from './opensnoop.js';

export const SOURCES: readonly Source[] = [opensnoop];
