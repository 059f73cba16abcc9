/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kinds of members that an event may have. A typedef here is a promise: the generator
 * (scripts/gen-layouts.js) finds it in BTF and src/schema/kinds.ts says what becomes of it.
 */
#ifndef TRACECAP_TYPES_H
#define TRACECAP_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define TC_COMM_LEN 16 /* TASK_COMM_LEN, linux/sched.h */
#define TC_IP_LEN   16

/* The null of kinds that have one; that of tc_ip is all zeros. */
#define TC_NO_FD	((tc_fd)0x80000000)
#define TC_NO_MODE	((tc_mode)-1)
#define TC_NO_FLAGS	((tc_open_flags)-1)
#define TC_NO_PID	((tc_pid)-1)
#define TC_NO_DURATION	((tc_duration_ns)-1)
#define TC_NO_BYTES	((tc_bytes)-1)
#define TC_NO_EXIT_CODE ((tc_exit_code)-1)
#define TC_NO_SIGNAL	((tc_signal)0)
#define TC_NO_PORT	((tc_port)0)
#define TC_NO_TEXT	0xffff
#define TC_NO_ARGV	0xffffffff

typedef __u64 tc_time_ns; /* CLOCK_BOOTTIME */
typedef __u64 tc_duration_ns;
typedef __s32 tc_pid; /* as the recorder's pid namespace numbers it */
typedef __u32 tc_uid;
typedef char tc_comm[TC_COMM_LEN];
typedef __u64 tc_cgroup;
typedef __u32 tc_ns;
typedef __s32 tc_result;
typedef __s32 tc_fd;
typedef __u64 tc_open_flags;
typedef __u32 tc_mode;
typedef __u8 tc_bool;
typedef __u64 tc_bytes;
typedef __u32 tc_count;
typedef __s32 tc_exit_code;
typedef __s32 tc_signal;
typedef __u8 tc_ip_version;    /* 4 or 6 */
typedef __u8 tc_ip[TC_IP_LEN]; /* IPv6, or IPv4 mapped to ::ffff:0:0/96; as it is on the wire */
typedef __u16 tc_port;	       /* in the host's byte order */

/* Text in the event's tail; size TC_NO_TEXT where there is none. */
typedef struct {
	__u16 offset;
	__u16 size;
} tc_text;

/* Arguments in the event's tail, a NUL behind each (a cut last one may lack it); size TC_NO_ARGV
 * where they are not known. */
typedef struct {
	__u32 offset;
	__u32 size;
} tc_argv;

/* What every event begins with. */
#define TC_EVENT_HEADER                                                                            \
	tc_time_ns ts;                                                                             \
	tc_cgroup cgroup;                                                                          \
	tc_pid pid;                                                                                \
	tc_pid tid;                                                                                \
	tc_pid ppid;                                                                               \
	tc_uid uid;                                                                                \
	tc_comm comm;                                                                              \
	tc_ns mntns

#endif
