import { cellText } from './cell.js';

/**
 * CSV as RFC 4180 quotes it, but lines end with LF. Control characters are spelt out, so a record
 * is always one line. null is an empty field, empty text is `""`; where there is only
 * one column null is `""` too, since many readers pass over an empty line.
 */
export function* csvRows(
  columns: readonly string[],
  rows: Iterable<readonly unknown[]>,
): Generator<string> {
  yield `${columns.map(field).join(',')}\n`;
  for (const row of rows) yield `${row.map(field).join(',') || '""'}\n`;
}

function field(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = cellText(value);
  return text === '' || /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
