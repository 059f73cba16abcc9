import { escapeText } from '../../shared/escape-text.js';

/** A value as inert text for table and CSV; bytes as hexadecimal. The caller has its own word for null. */
export function cellText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return escapeText(String(value));
}
