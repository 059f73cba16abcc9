// Generated from bpf/tcpconnlat.bpf.c by 'npm run layouts'. Do not edit.
export const layout = {
  "struct": "tcpconnlat_event",
  "fixedSize": 110,
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
    "netns": {
      "kind": "tc_ns",
      "offset": 52,
      "size": 4
    },
    "latency_ns": {
      "kind": "tc_duration_ns",
      "offset": 56,
      "size": 8
    },
    "saddr": {
      "kind": "tc_ip",
      "offset": 64,
      "size": 16
    },
    "daddr": {
      "kind": "tc_ip",
      "offset": 80,
      "size": 16
    },
    "ret": {
      "kind": "tc_result",
      "offset": 96,
      "size": 4
    },
    "syn_retransmits": {
      "kind": "tc_count",
      "offset": 100,
      "size": 4
    },
    "sport": {
      "kind": "tc_port",
      "offset": 104,
      "size": 2
    },
    "dport": {
      "kind": "tc_port",
      "offset": 106,
      "size": 2
    },
    "ip_version": {
      "kind": "tc_ip_version",
      "offset": 108,
      "size": 1
    },
    "outcome": {
      "kind": "tc_enum",
      "offset": 109,
      "size": 1,
      "values": [
        "ok",
        "refused",
        "timeout",
        "unreachable",
        "reset",
        "aborted",
        "pending",
        "error"
      ]
    }
  }
} as const;
