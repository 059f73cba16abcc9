import { defineSource } from '../schema/define-source.js';
import { parseSize } from '../shared/size.js';
import { eventHeader } from './event-header.js';
import { layout } from './layouts/execsnoop.js';

/** TC_ARGS_SIZE in bpf/include/tracecap/args.h */
const ARGS_BYTES = 2 ** 15;
/** Less would leave no room for the texts before them; more, none in the ring. */
const [LEAST_ARGS_BYTES, MOST_ARGS_BYTES] = [2 ** 12, 2 ** 20];

/** Programs started: what execve and execveat began, and their failures. */
export const execsnoop = defineSource({
  name: 'execsnoop',
  summary: 'Programs started, and attempts that failed',
  object: 'execsnoop.bpf.o',
  layout,
  time: 'ts',
  columns: {
    ts: { doc: 'When the new program took over; for a failure, when the call returned' },
    ...eventHeader,
    tid: {
      doc: 'Thread id, in the same namespace; for a success that of the process, also where another of its threads called',
    },
    comm: {
      doc:
        "The thread's name, at most 15 bytes: for a success already the new program's. --comm goes " +
        'by it',
    },
    filename: {
      doc:
        'The program as it was called; /dev/fd/N or /dev/fd/N/name where it was given by a descriptor. ' +
        'Cut at 4096 bytes; null where it was not in memory any more',
    },
    interp: {
      doc: 'What runs it where that is another file: of a script, what follows its #!. Null for failures',
      nullWhereEqual: 'filename',
    },
    argv: {
      doc:
        'Its arguments, from argv[0] on; what looks like a secret is ***, unless --no-mask. For a ' +
        'failure as far as they are in memory when the call returns. Null with --no-argv',
    },
    argv_truncated: {
      doc: 'Whether there are more arguments, or more of the last one, than argv has',
    },
    cwd: {
      doc:
        'Current directory, from the root of its mount namespace; where it was removed, its last path. ' +
        'Longer than 4096 bytes, its beginning is missing. Null where it is in no mount namespace',
    },
    parent_comm: { doc: "Name of the parent's first thread" },
    ret: {
      doc:
        '0, or -errno. -EINTR also where a signal interrupted the call: it may then be restarted, as ' +
        'a call of its own',
    },
  },
  hooks: [
    { program: 'execsnoop_exec' },
    { program: 'execsnoop_failed', tracepoint: 'syscalls/sys_exit_execve' },
    { program: 'execsnoop_failed', tracepoint: 'syscalls/sys_exit_execveat' },
  ],
  options: [
    {
      flag: '--execsnoop-args-size <size>',
      doc:
        'keep so much of the arguments, 4KiB to 1MiB (default: 32KiB); takes twice that for each CPU, and ' +
        'above 128KiB wants a larger --buffer-size, too',
      globals: (text) => ({ tc_args_size: BigInt(argsSize(text)) }),
    },
  ],
  cpuMaps: [
    {
      name: 'scratch',
      // TC_SCRATCH_VALUE_SIZE in bpf/include/tracecap/args.h
      valueBytes: ({ tc_args_size }) => 3 * 8192 + 2 * Number(tc_args_size ?? ARGS_BYTES),
    },
  ],
});

function argsSize(text: string): number {
  const bytes = parseSize(text);
  if (bytes >= LEAST_ARGS_BYTES && bytes <= MOST_ARGS_BYTES) return bytes;
  throw new Error(`'${text}' must be from 4KiB to 1MiB`);
}
