/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who is recorded, and how a task describes itself in an event. */
#ifndef TRACECAP_TASK_H
#define TRACECAP_TASK_H

#include "event.h"

enum tc_mark_flag {
	TC_MARK_RECORDER = 1, /* our own: never recorded */
	TC_MARK_TARGET = 2,
	TC_MARK_FOLLOW = 4,  /* what it starts, processes and threads, is marked as it is */
	TC_MARK_PROCESS = 8, /* the threads it starts are */
};

struct tc_mark {
	__u32 flags;
};

/* A task's mark: set by tasks.bpf.c, inherited at fork, gone with the task. No pid is reused here.
 */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tc_mark);
} tc_marks SEC(".maps");

const volatile tc_bool tc_filter_targets = 0;
const volatile tc_bool tc_filter_uid = 0;
const volatile tc_uid tc_wanted_uid = 0;
const volatile __u32 tc_wanted_comm_len = 0;
const volatile char tc_wanted_comm[TC_COMM_LEN] = {};
const volatile tc_bool tc_failed_only = 0;

/* --cgroup: tasks in this cgroup (v2) or below it. */
const volatile tc_bool tc_filter_cgroup = 0;
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} tc_cgroup_root SEC(".maps");

/* --mntns: tasks in this mount namespace. */
const volatile tc_ns tc_wanted_mntns = 0;

/*
 * --cgroupmap and --mntnsmap: ids in a set that its owner may change meanwhile. The loader puts the
 * owner's map in their place, whatever its values are.
 */
const volatile tc_bool tc_filter_cgroup_set = 0;
const volatile tc_bool tc_filter_mntns_set = 0;

struct tc_id_set {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, __u64);
};
struct tc_id_set tc_cgroup_set SEC(".maps");
struct tc_id_set tc_mntns_set SEC(".maps");

/* --no-argv: what a program was started with is not to be read. */
const volatile tc_bool tc_no_argv = 0;

/* Bytes of a page of memory. */
const volatile __u32 tc_page_size = 4096;

/* Inode number of the recorder's pid namespace; 0 for the first one, where task_struct has it. */
const volatile __u32 tc_pid_namespace = 0;

#define TC_MAX_PID_NS_LEVEL 32 /* MAX_PID_NS_LEVEL, linux/pid_namespace.h */

/* A task's number in the recorder's pid namespace; 0 where it has none there. */
static __always_inline tc_pid tc_number(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	unsigned int level = BPF_CORE_READ(pid, level);
	struct upid number;

	for (unsigned int i = 0; i <= TC_MAX_PID_NS_LEVEL && i <= level; i++) {
		bpf_core_read(&number, sizeof(number), &pid->numbers[i]);
		if (BPF_CORE_READ(number.ns, ns.inum) == tc_pid_namespace)
			return number.nr;
	}
	return 0;
}

static __always_inline tc_pid tc_thread_number(struct task_struct *task)
{
	return tc_pid_namespace ? tc_number(task) : task->pid;
}

static __always_inline tc_pid tc_process_number(struct task_struct *task)
{
	return tc_pid_namespace ? tc_number(task->group_leader) : task->tgid;
}

/* Whether a comm, with as many bytes behind it, holds the wanted text, as bcc's -n does. */
static __always_inline bool tc_comm_matches(const char comm[2 * TC_COMM_LEN])
{
	for (__u32 start = 0; start < TC_COMM_LEN; start++) {
		bool same = true;

		for (__u32 i = 0; i < TC_COMM_LEN; i++)
			if (i < tc_wanted_comm_len && comm[start + i] != tc_wanted_comm[i])
				same = false;
		if (same)
			return true;
	}
	return false;
}

static __always_inline bool tc_comm_wanted(void)
{
	char comm[2 * TC_COMM_LEN] = {};

	if (!tc_wanted_comm_len)
		return true;
	bpf_get_current_comm(comm, TC_COMM_LEN);
	return tc_comm_matches(comm);
}

static __always_inline bool tc_in_set(void *set, __u64 id)
{
	return bpf_map_lookup_elem(set, &id) != NULL;
}

static __always_inline bool tc_place_wanted(struct task_struct *task)
{
	if (tc_filter_cgroup && bpf_current_task_under_cgroup(&tc_cgroup_root, 0) != 1)
		return false;
	if (tc_wanted_mntns && task->nsproxy->mnt_ns->ns.inum != tc_wanted_mntns)
		return false;
	if (tc_filter_cgroup_set && !tc_in_set(&tc_cgroup_set, bpf_get_current_cgroup_id()))
		return false;
	return !tc_filter_mntns_set || tc_in_set(&tc_mntns_set, task->nsproxy->mnt_ns->ns.inum);
}

/* Whether what the current task does is to be recorded, if its name is wanted, too. */
static __always_inline bool tc_wanted_by_all_but_name(struct task_struct *task)
{
	struct tc_mark *mark;
	__u32 flags;

	if (tc_stopped)
		return false;
	mark = bpf_task_storage_get(&tc_marks, task, 0, 0);
	flags = mark ? mark->flags : 0;
	if (flags & TC_MARK_RECORDER)
		return false;
	if (tc_filter_targets && !(flags & TC_MARK_TARGET))
		return false;
	if (tc_filter_uid && (tc_uid)bpf_get_current_uid_gid() != tc_wanted_uid)
		return false;
	return tc_place_wanted(task);
}

/* Whether what the current task does is to be recorded. */
static __always_inline bool tc_wanted(struct task_struct *task)
{
	return tc_wanted_by_all_but_name(task) && tc_comm_wanted();
}

/* Fills what every event begins with, for the current task; ts is the caller's. */
#define tc_describe_task(event, task)                                                              \
	do {                                                                                       \
		(event)->cgroup = bpf_get_current_cgroup_id();                                     \
		(event)->pid = tc_process_number(task);                                            \
		(event)->tid = tc_thread_number(task);                                             \
		(event)->ppid = tc_process_number((task)->real_parent);                            \
		(event)->uid = (tc_uid)bpf_get_current_uid_gid();                                  \
		bpf_get_current_comm((event)->comm, sizeof((event)->comm));                        \
		(event)->mntns = (task)->nsproxy->mnt_ns->ns.inum;                                 \
	} while (0)

#endif
