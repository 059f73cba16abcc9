// Generated from bpf/execsnoop.bpf.c by 'npm run layouts'. Do not edit.
export const layout = {
  "struct": "execsnoop_event",
  "fixedSize": 93,
  "tail": true,
  "members": {
    "ts": {
      "kind": "tc_time_ns",
      "offset": 0,
      "size": 8
    },
    "cgroup": {
      "kind": "tc_cgroup",
      "offset": 8,
      "size": 8
    },
    "pid": {
      "kind": "tc_pid",
      "offset": 16,
      "size": 4
    },
    "tid": {
      "kind": "tc_pid",
      "offset": 20,
      "size": 4
    },
    "ppid": {
      "kind": "tc_pid",
      "offset": 24,
      "size": 4
    },
    "uid": {
      "kind": "tc_uid",
      "offset": 28,
      "size": 4
    },
    "comm": {
      "kind": "tc_comm",
      "offset": 32,
      "size": 16
    },
    "mntns": {
      "kind": "tc_ns",
      "offset": 48,
      "size": 4
    },
    "ret": {
      "kind": "tc_result",
      "offset": 52,
      "size": 4
    },
    "parent_comm": {
      "kind": "tc_comm",
      "offset": 56,
      "size": 16
    },
    "argv": {
      "kind": "tc_argv",
      "offset": 72,
      "size": 8
    },
    "filename": {
      "kind": "tc_text",
      "offset": 80,
      "size": 4
    },
    "interp": {
      "kind": "tc_text",
      "offset": 84,
      "size": 4
    },
    "cwd": {
      "kind": "tc_text",
      "offset": 88,
      "size": 4
    },
    "argv_truncated": {
      "kind": "tc_bool",
      "offset": 92,
      "size": 1
    }
  }
} as const;
