// Generated from bpf/opensnoop.bpf.c by 'npm run layouts'. Do not edit.
export const layout = {
  "struct": "opensnoop_event",
  "fixedSize": 90,
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
    "duration_ns": {
      "kind": "tc_duration_ns",
      "offset": 56,
      "size": 8
    },
    "flags": {
      "kind": "tc_open_flags",
      "offset": 64,
      "size": 8
    },
    "mode": {
      "kind": "tc_mode",
      "offset": 72,
      "size": 4
    },
    "dirfd": {
      "kind": "tc_fd",
      "offset": 76,
      "size": 4
    },
    "path": {
      "kind": "tc_text",
      "offset": 80,
      "size": 4
    },
    "raw_path": {
      "kind": "tc_text",
      "offset": 84,
      "size": 4
    },
    "syscall": {
      "kind": "tc_enum",
      "offset": 88,
      "size": 1,
      "values": [
        "open",
        "openat",
        "openat2",
        "creat"
      ]
    },
    "path_truncated": {
      "kind": "tc_bool",
      "offset": 89,
      "size": 1
    }
  }
} as const;
