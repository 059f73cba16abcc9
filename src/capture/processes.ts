import type { Table } from '../schema/table.js';

/** The processes that were recorded, as they were at the start of a recording and at its end. */
export const PROCESSES: Table = {
  name: 'processes',
  doc: 'Processes that were there when the recording started and when it ended',
  time: null,
  columns: [
    {
      name: 'at',
      type: 'enum',
      kind: 'tc_enum',
      doc: 'When the row was taken',
      values: ['start', 'end'],
    },
    {
      name: 'pid',
      type: 'int32',
      kind: 'tc_pid',
      doc: "Process id, as the recorder's pid namespace numbers it",
    },
    {
      name: 'ppid',
      type: 'int32',
      kind: 'tc_pid',
      doc: 'Process id of the parent, in the same namespace; 0 if it has none there',
    },
    {
      name: 'uid',
      type: 'uint32',
      kind: 'tc_uid',
      doc: 'Real user id, as the first user namespace numbers it',
    },
    {
      name: 'start_ts',
      type: 'timestamp[ns, UTC]',
      kind: 'tc_time_ns',
      doc: 'When the process was born; with pid it tells one process from a later one',
    },
    { name: 'comm', type: 'dictionary<utf8>', kind: 'tc_comm', doc: "The main thread's name" },
    {
      name: 'exe',
      type: 'dictionary<utf8>',
      kind: 'tc_text',
      doc: 'The program (/proc/PID/exe); null where it could not be read, or the process was gone',
    },
    {
      name: 'argv',
      type: 'list<utf8>',
      kind: 'tc_argv',
      doc: 'Its arguments, up to 32 KiB; null likewise, with --no-argv, and for a zombie',
    },
    {
      name: 'cwd',
      type: 'dictionary<utf8>',
      kind: 'tc_text',
      doc: 'Its working directory (/proc/PID/cwd); null likewise',
    },
    {
      name: 'cgroup',
      type: 'uint64',
      kind: 'tc_cgroup',
      doc: 'Id of the cgroup (v2): its inode number in cgroupfs',
    },
  ],
};
