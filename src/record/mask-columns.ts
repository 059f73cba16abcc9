/** Secrets in the columns of a batch that hold arguments. */
import type { ColumnBatch, ColumnData, Table } from '../schema/table.js';
import { maskArguments } from './mask-secrets.js';
import { TOKEN_HINT } from './token-forms.js';

/** What any secret that maskArguments() finds has in it, or TOKEN_HINT: most batches are so done with. */
const HINT =
  /pass|pwd|token|secret|credential|key|auth|cookie|@|curl|mysql|mariadb|redis-|valkey-|login/i;

/** The batch with each list of arguments as maskArguments() gives it; itself where that is the same. */
export function maskColumns(table: Table, batch: ColumnBatch): ColumnBatch {
  const columns = batch.columns.map((column, i) =>
    table.columns[i]?.kind === 'tc_argv' ? maskColumn(column, batch.rows) : column,
  );
  return columns.some((column, i) => column !== batch.columns[i]) ? { ...batch, columns } : batch;
}

function maskColumn(column: ColumnData, rows: number): ColumnData {
  if (!column.dictionary) throw new Error('a column of lists without texts');
  const { offsets, data } = column.dictionary;
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const all = bytes.toString('latin1');
  if (!HINT.test(all) && !TOKEN_HINT.test(all)) return column;
  const texts = Array.from({ length: offsets.length - 1 }, (_, i) =>
    bytes.toString('utf8', offsets[i], offsets[i + 1]),
  );
  const masked = Array.from({ length: rows }, (_, row) =>
    maskArguments(texts.slice(Number(column.values[row]), Number(column.values[row + 1]))),
  ).flat();
  if (masked.every((text, i) => text === texts[i])) return column;
  return { ...column, dictionary: textsOf(masked) };
}

function textsOf(texts: readonly string[]): NonNullable<ColumnData['dictionary']> {
  const pieces = texts.map((text) => Buffer.from(text));
  const offsets = new Int32Array(pieces.length + 1);
  pieces.forEach((piece, i) => {
    offsets[i + 1] = (offsets[i] as number) + piece.length;
  });
  return { offsets, data: Buffer.concat(pieces) };
}
