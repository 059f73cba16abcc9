/**
 * JSON with every digit of an integer, unquoted, and nothing that acts on a terminal: control and
 * bidi characters, and halves of surrogate pairs, are `\uNNNN`.
 */
import { UNSAFE_CHARACTERS } from '../../shared/escape-text.js';

const ESCAPED = new RegExp(`["\\\\]|[${UNSAFE_CHARACTERS}]|\\p{Surrogate}`, 'gu');

/** Nothing but printable ASCII that stands for itself: most text, and quickly told. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** JSON text, in one line, of text, numbers, bigints, booleans, null, bytes, arrays and objects of these. */
export function jsonText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return stringText(value);
    case 'number':
      return numberText(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      // Bytes, which SQLite's blobs are and JSON has no word for: hexadecimal.
      if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('hex')}"`;
      return Array.isArray(value) ? `[${value.map(jsonText).join(',')}]` : objectText(value);
    default:
      throw new TypeError(`a ${typeof value} has no JSON text`);
  }
}

/**
 * A JSON array of objects, a line each, as the rows come. A name that an earlier column has gets
 * `_2`, `_3` … behind it: most readers keep only the last of several equal keys.
 */
export function* jsonRows(
  columns: readonly string[],
  rows: Iterable<readonly unknown[]>,
): Generator<string> {
  const keys = uniqueNames(columns).map((name) => `${stringText(name)}:`);
  let before = '[';
  for (const row of rows) {
    yield `${before}{${keys.map((key, i) => key + jsonText(row[i])).join(',')}}`;
    before = ',\n';
  }
  yield before === '[' ? '[]\n' : ']\n';
}

function objectText(object: object): string {
  const members = Object.entries(object).filter(([, value]) => value !== undefined);
  return `{${members.map(([key, value]) => `${stringText(key)}:${jsonText(value)}`).join(',')}}`;
}

function stringText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const escaped = text.replace(ESCAPED, (character) =>
    character === '"' || character === '\\'
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

/** 9e999 is what sqlite3's own JSON has for infinity. */
function numberText(number: number): string {
  if (Number.isFinite(number)) return String(number);
  return Number.isNaN(number) ? 'null' : `${number < 0 ? '-' : ''}9e999`;
}

function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 2; seen.has(unique) || (unique !== name && taken.has(unique)); n++) {
      unique = `${name}_${n}`;
    }
    seen.add(unique);
    return unique;
  });
}
