/** The words that options of `record` take, as commander's parsers. */
import { InvalidArgumentError } from 'commander';
import { MIN_RING_BYTES } from '../record/tasks-object.js';
import { parseDuration } from '../shared/duration.js';
import { reason } from '../shared/errors.js';
import { parseSize } from '../shared/size.js';

/** Longer than any recording, and short enough for every clock: ten years. */
const LONGEST_NS = 10 * 365 * 86400e9;

/** A parser for commander, whose errors name the option. */
export function word<T>(parse: (text: string, before?: T) => T): (text: string, before?: T) => T {
  return (text, before) => {
    try {
      return parse(text, before);
    } catch (error) {
      throw new InvalidArgumentError(reason(error));
    }
  };
}

/** Adds to the labels that were given before. */
export function label(text: string, labels: Readonly<Record<string, string>> = {}) {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`'${text}' must be KEY=VALUE`);
  const key = text.slice(0, at);
  if (Object.hasOwn(labels, key)) throw new Error(`label '${key}' is given twice`);
  return { ...labels, [key]: text.slice(at + 1) };
}

/** Nanoseconds. */
export function duration(text: string): number {
  const ns = parseDuration(text);
  if (ns <= LONGEST_NS) return ns;
  throw new Error(
    `'${text}' is longer than ten years; without --duration Ctrl-C ends the recording`,
  );
}

/** Words between commas. */
export function list(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

/** Numbers of processes or threads. */
export function ids(text: string): number[] {
  return list(text).map((id) => {
    if (/^[1-9]\d{0,9}$/.test(id)) return Number(id);
    throw new Error(`'${id}' is no process id`);
  });
}

/** What the kernel takes: a power of two, whole pages (kernel/bpf/ringbuf.c). */
export function ringSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes >= MIN_RING_BYTES && bytes <= 2 ** 31 && Number.isInteger(Math.log2(bytes)))
    return bytes;
  throw new Error(`'${text}' must be a power of two from 4KiB to 2GiB: 16MiB, 64MiB`);
}
