/** Processes as bpf/tasks.bpf.c lists them: structs, one after the other. */
import type { BtfStruct, LayoutMember } from '../schema/layout.js';
import { layoutFromBtf } from '../schema/layout.js';
import { captureText } from './capture-text.js';

/** A process that is recorded, as the kernel has it. */
export interface ListedProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number;
  /** Nanoseconds since the Unix epoch. */
  readonly start_ts: bigint;
  readonly comm: string;
  readonly cgroup: bigint;
}

/** Reads the structs, each process once. timeOffset: ns from boot time to the Unix epoch. */
export function listedProcesses(
  struct: BtfStruct,
  bytes: Uint8Array,
  timeOffset: bigint,
): ListedProcess[] {
  const { members } = layoutFromBtf(struct);
  const member = (name: string): LayoutMember => {
    const found = members[name];
    if (!found) throw new Error(`struct ${struct.name} has no member ${name}`);
    return found;
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const processes = new Map<number, ListedProcess>();
  for (let at = 0; at + struct.size <= bytes.length; at += struct.size) {
    const comm = at + member('comm').offset;
    const pid = view.getInt32(at + member('pid').offset, true);
    processes.set(pid, {
      pid,
      ppid: view.getInt32(at + member('ppid').offset, true),
      uid: view.getUint32(at + member('uid').offset, true),
      start_ts: view.getBigInt64(at + member('start_ts').offset, true) + timeOffset,
      comm: captureText(untilNul(bytes.subarray(comm, comm + member('comm').size))),
      cgroup: view.getBigUint64(at + member('cgroup').offset, true),
    });
  }
  return [...processes.values()];
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}
