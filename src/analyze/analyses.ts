import type { Analysis } from './analysis.js';
import { TOP_FILES } from './top-files.js';

/** Every analysis, in the order in which help shows them. */
export const ANALYSES: readonly Analysis[] = [TOP_FILES];
