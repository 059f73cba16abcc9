import { isatty } from 'node:tty';

/** Columns to break help into where nobody says how many there are. */
const HELP_COLUMNS = 100;

/** Columns that a table's last column is shortened to: a terminal's. What reads a pipe gets all. */
export function tableWidth(): number {
  return askedFor() ?? terminalsOwn() ?? Number.POSITIVE_INFINITY;
}

export function helpWidth(): number {
  return askedFor() ?? terminalsOwn() ?? HELP_COLUMNS;
}

function askedFor(): number | null {
  const columns = Number(process.env.COLUMNS);
  return Number.isInteger(columns) && columns > 0 ? columns : null;
}

/** Node opens a terminal anew for itself, so asking it makes nobody else's descriptor non-blocking. */
function terminalsOwn(): number | null {
  return isatty(1) ? process.stdout.columns || null : null;
}
