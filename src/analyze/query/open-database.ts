import type BetterSqlite3 from 'better-sqlite3';
import { reason, TracecapError } from '../../shared/errors.js';
import { defineFunctions } from './derived-columns.js';

/**
 * An empty SQLite database in memory that touches no file, and whose tables take no more than
 * `maxBytes`; beyond that SQLite says SQLITE_FULL. better-sqlite3 is an optional
 * dependency: `unsupported` where it is not there.
 */
export async function openDatabase(maxBytes: number): Promise<BetterSqlite3.Database> {
  const database = await connect();
  database.pragma('journal_mode = off');
  database.pragma('synchronous = off');
  database.pragma('temp_store = memory');
  const pageBytes = Number(database.pragma('page_size', { simple: true }));
  database.pragma(`max_page_count = ${Math.max(1, Math.floor(maxBytes / pageBytes))}`);
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
