/** Columns to write for: COLUMNS, else 100. stdout itself is not asked, see output.ts. */
export function terminalWidth(): number {
  const columns = Number(process.env.COLUMNS);
  return Number.isInteger(columns) && columns > 0 ? columns : 100;
}
