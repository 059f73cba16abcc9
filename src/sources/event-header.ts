/** The columns that every event begins with (TC_EVENT_HEADER in bpf/include/tracecap/types.h). */
export const eventHeader = {
  pid: { doc: "Process id, as the recorder's pid namespace numbers it; 0 if it has none there" },
  tid: { doc: 'Thread id, in the same namespace' },
  ppid: { doc: 'Process id of the parent, in the same namespace' },
  uid: { doc: 'Real user id, as the first user namespace numbers it' },
  comm: { doc: "The thread's name, at most 15 bytes" },
  cgroup: { doc: 'Id of the cgroup (v2): its inode number in cgroupfs' },
  mntns: { doc: 'Inode number of the mount namespace' },
} as const;
