/** The recorder's own table of what was lost. */
import type { Table } from '../schema/table.js';

/** Lost events: who lost how many, why and in which span of time. Written as it happens. */
export const LOSSES: Table = {
  name: 'losses',
  doc: 'Events that were lost, counted by what lost them',
  time: 'ts_from',
  columns: [
    {
      name: 'ts_from',
      type: 'timestamp[ns, UTC]',
      kind: 'tc_time_ns',
      doc: 'When the count was read before',
    },
    {
      name: 'ts_to',
      type: 'timestamp[ns, UTC]',
      kind: 'tc_time_ns',
      doc: 'When the count was read: the events were lost between the two',
    },
    { name: 'source', type: 'dictionary<utf8>', kind: null, doc: 'Source whose events they were' },
    {
      name: 'reason',
      type: 'dictionary<utf8>',
      kind: null,
      doc: 'Why: ring_full, queue_full, map_full, unreadable, recursion …',
    },
    { name: 'count', type: 'int64', kind: null, doc: 'How many events' },
  ],
};
