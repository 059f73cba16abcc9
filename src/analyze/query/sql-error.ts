import { TracecapError } from '../../shared/errors.js';

/** Something is wrong with the user's SQL. */
export function sqlError(message: string, cause?: unknown): TracecapError {
  return new TracecapError('usage', `SQL: ${message}`, { cause });
}
