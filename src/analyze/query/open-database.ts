import type BetterSqlite3 from 'better-sqlite3';
import { reason, TracecapError } from '../../shared/errors.js';
import { defineFunctions } from './derived-columns.js';

/**
 * An empty SQLite database in memory that touches no file. better-sqlite3 is an optional
 * dependency: `unsupported` where it is not there.
 */
export async function openDatabase(): Promise<BetterSqlite3.Database> {
  const database = await connect();
  database.pragma('journal_mode = off');
  database.pragma('synchronous = off');
  database.pragma('temp_store = memory');
  defineFunctions(database);
  return database;
}

async function connect(): Promise<BetterSqlite3.Database> {
  try {
    const { default: Database } = await import('better-sqlite3');
    return new Database(':memory:');
  } catch (error) {
    const [why] = reason(error).split('\n');
    throw new TracecapError(
      'unsupported',
      `query needs the optional package better-sqlite3, which cannot be loaded (${why}); install it with npm install better-sqlite3, or use tracecap analyze`,
      { cause: error },
    );
  }
}
