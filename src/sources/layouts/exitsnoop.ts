// Generated from bpf/exitsnoop.bpf.c by 'npm run layouts'. Do not edit.
export const layout = {
  "struct": "exitsnoop_event",
  "fixedSize": 106,
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
    "birth_ppid": {
      "kind": "tc_pid",
      "offset": 52,
      "size": 4
    },
    "start_ts": {
      "kind": "tc_time_ns",
      "offset": 56,
      "size": 8
    },
    "age_ns": {
      "kind": "tc_duration_ns",
      "offset": 64,
      "size": 8
    },
    "utime_ns": {
      "kind": "tc_duration_ns",
      "offset": 72,
      "size": 8
    },
    "stime_ns": {
      "kind": "tc_duration_ns",
      "offset": 80,
      "size": 8
    },
    "max_rss_bytes": {
      "kind": "tc_bytes",
      "offset": 88,
      "size": 8
    },
    "exit_code": {
      "kind": "tc_exit_code",
      "offset": 96,
      "size": 4
    },
    "signal": {
      "kind": "tc_signal",
      "offset": 100,
      "size": 4
    },
    "scope": {
      "kind": "tc_enum",
      "offset": 104,
      "size": 1,
      "values": [
        "process",
        "thread"
      ]
    },
    "core_dumped": {
      "kind": "tc_bool",
      "offset": 105,
      "size": 1
    }
  }
} as const;
