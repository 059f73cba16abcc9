import { defineSource } from '../schema/define-source.js';
import { eventHeader } from './event-header.js';
import { layout } from './layouts/opensnoop.js';
import { parseOpenFlags } from './open-flags.js';

/** Files opened: every call of open, openat, openat2 and creat, with its result. */
export const opensnoop = defineSource({
  name: 'opensnoop',
  summary: 'Files opened, and attempts that failed',
  object: 'opensnoop.bpf.o',
  layout,
  time: 'ts',
  columns: {
    ts: { doc: 'When the call returned' },
    ...eventHeader,
    syscall: { doc: 'The system call' },
    path: {
      doc:
        'The file: for a success its real path from the root of its mount namespace; for a failure ' +
        'raw_path, after the directory it is relative to. ?/name where that is not known. Looked up when ' +
        'the call returns: where another thread closes or replaces a descriptor just then, it is ' +
        'the file that took its place, or raw_path',
    },
    raw_path: {
      doc: 'The name as the program passed it, where it differs from path',
      nullWhereEqual: 'path',
    },
    dirfd: { doc: 'Directory descriptor passed (-100: AT_FDCWD); null for calls that take none' },
    flags: { doc: 'O_* flags as passed; for creat those it implies' },
    mode: { doc: 'Permission bits for a new file, as passed; null without O_CREAT and O_TMPFILE' },
    ret: {
      doc:
        'File descriptor, or -errno. -EINTR also where a signal interrupted the call: it may then be ' +
        'restarted, as a call of its own',
    },
    duration_ns: { doc: 'How long the call took' },
    path_truncated: { doc: 'Whether path or raw_path was longer than 4096 bytes and is cut' },
  },
  // The end before the beginnings: a call that is seen to begin is then seen to end.
  hooks: [
    { program: 'opensnoop_exit', tracepoint: 'syscalls/sys_exit_openat' },
    { program: 'opensnoop_enter_openat', tracepoint: 'syscalls/sys_enter_openat' },
    // Since Linux 5.6.
    { program: 'opensnoop_exit', tracepoint: 'syscalls/sys_exit_openat2', optional: true },
    {
      program: 'opensnoop_enter_openat2',
      tracepoint: 'syscalls/sys_enter_openat2',
      optional: true,
    },
    // arm64 and riscv have neither of these.
    { program: 'opensnoop_exit', tracepoint: 'syscalls/sys_exit_open', optional: true },
    { program: 'opensnoop_enter_open', tracepoint: 'syscalls/sys_enter_open', optional: true },
    { program: 'opensnoop_exit', tracepoint: 'syscalls/sys_exit_creat', optional: true },
    { program: 'opensnoop_enter_creat', tracepoint: 'syscalls/sys_enter_creat', optional: true },
  ],
  options: [
    {
      flag: '--opensnoop-flags <list>',
      doc: 'only opens with any of these flags or access modes (O_WRONLY,O_CREAT …)',
      globals: (text) => {
        const { bits, accessModes } = parseOpenFlags(text);
        return { opensnoop_flag_bits: bits, opensnoop_access_modes: accessModes };
      },
    },
  ],
});
