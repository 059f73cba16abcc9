/** How far the numbers from a capture can be trusted: what was lost and what was never recorded. */
import type { EndReason } from '../capture/format.js';
import { LOSSES } from '../capture/losses.js';
import type { Capture } from '../capture/open.js';
import { OWN_TABLES } from '../capture/own-tables.js';
import { count, things } from '../shared/count.js';
import { columnValues } from './column-values.js';

/** A capture that has them has them filled: their emptiness says that there was nothing. */
const OWN: ReadonlySet<string> = new Set(OWN_TABLES.map(({ name }) => name));

export interface Completeness {
  readonly finished: boolean;
  /** null: the capture does not say, since it was not finished. */
  readonly end_reason: EndReason | null;
  readonly lost: bigint;
  /** Events lost by recorded source: 0 is known to be 0. */
  readonly lost_by_source: Readonly<Record<string, bigint>>;
  /** Tables that were not recorded, whose emptiness says nothing. */
  readonly not_recorded: readonly string[];
}

/** Of the whole capture, or of the named tables where only they could change an answer. */
export function completenessOf(capture: Capture, tables?: readonly string[]): Completeness {
  const sources = new Set(capture.start.sources.map((source) => source.name));
  const concerns = (name: string) => !tables || tables.includes(name) || !sources.has(name);
  const has = new Set(capture.tables.map((table) => table.name));
  // Also what no source is named for, as a later version's own tables: rows were recorded.
  const recorded = (name: string) =>
    sources.has(name) || (OWN.has(name) && has.has(name)) || capture.segments(name).length > 0;
  const lost = [...lostBySource(capture)].filter(([source]) => concerns(source));
  return {
    finished: capture.manifest !== null,
    end_reason: capture.manifest?.end_reason ?? null,
    lost: lost.reduce((sum, [, count]) => sum + count, 0n),
    lost_by_source: Object.fromEntries(lost),
    not_recorded: (tables ?? knownTables(capture)).filter((name) => !recorded(name)),
  };
}

/** Whether nothing is missing of what was recorded. */
export function isComplete({ finished, lost }: Completeness): boolean {
  return finished && lost === 0n;
}

/** What is said of 0 lost events: only the end of a recording knows of all. */
export function noneLostWords(finished: boolean): string {
  return finished ? 'nothing lost' : 'nothing known to be lost';
}

/** `12 events lost (opensnoop 12)`, or that there were none. */
export function lostWords({ finished, lost, lost_by_source }: Completeness): string {
  if (lost === 0n) return noneLostWords(finished);
  const each = Object.entries(lost_by_source).filter(([, n]) => n > 0n);
  return `${things(lost, 'event')} lost (${each.map(([name, n]) => `${name} ${count(n)}`).join(', ')})`;
}

/** `finished (duration)`, or that it was not. */
export function endWords({ finished, end_reason }: Completeness): string {
  return finished ? `finished (${end_reason})` : 'not cleanly finished';
}

function knownTables(capture: Capture): readonly string[] {
  const refused = capture.start.refused.map((source) => source.name);
  return [...new Set([...capture.tables.map((table) => table.name), ...refused])];
}

/**
 * The manifest's counts and the losses table tell of the same events: the table as it happened
 * (whole in a capture that was cut off), the manifest at the end. The larger one is believed.
 */
function lostBySource(capture: Capture): Map<string, bigint> {
  const lost = new Map(capture.start.sources.map(({ name }) => [name, 0n]));
  for (const [source, count] of lossesTable(capture)) {
    lost.set(source, (lost.get(source) ?? 0n) + count);
  }
  for (const { name, lost: count } of capture.manifest?.sources ?? []) {
    const counted = BigInt(count);
    if (counted > (lost.get(name) ?? -1n)) lost.set(name, counted);
  }
  return lost;
}

function* lossesTable(capture: Capture): Generator<[source: string, count: bigint]> {
  for (const segment of capture.segments(LOSSES.name)) {
    const [source, count] = segment.read(['source', 'count']).map((vector, i) => {
      const name = i === 0 ? 'source' : 'count';
      const type = segment.table.columns.find((column) => column.name === name)?.type ?? 'utf8';
      return columnValues(vector, type);
    });
    for (let row = 0; row < segment.rows; row++) {
      const lost = count?.(row);
      // A stranger's table may hold anything.
      if (typeof lost !== 'bigint' || lost < 0n) continue;
      yield [String(source?.(row) ?? 'unknown'), lost];
    }
  }
}
