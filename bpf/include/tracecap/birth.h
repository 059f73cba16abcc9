/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Who was the parent of a process when it was forked, kept until it ends, whoever leads it then. */
#ifndef TRACECAP_BIRTH_H
#define TRACECAP_BIRTH_H

#include "task.h"

/* The parent at birth, in the storage of a process's leader. */
struct tc_birth {
	tc_pid ppid;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tc_birth);
} births SEC(".maps");

/* A process whoever leads it: de_thread() (fs/exec.c) hands these on to a new leader. */
struct tc_process_id {
	__u64 start_boottime;
	__u64 tgid;
};

/* Births of processes whose leader has ended before them: execve() may replace and free it. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct tc_process_id);
	__type(value, struct tc_birth);
} births_without_leader SEC(".maps");

static __always_inline void tc_note_birth(struct task_struct *child)
{
	/* not always who forked: CLONE_PARENT */
	struct tc_birth birth = {.ppid = tc_process_number(child->real_parent)};

	bpf_task_storage_get(&births, child, &birth, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static __always_inline struct tc_process_id tc_process_id_of(struct task_struct *leader)
{
	struct tc_process_id id = {.start_boottime = leader->start_boottime, .tgid = leader->tgid};

	return id;
}

/* To be called where a leader ends and its process lives on. */
static __always_inline void tc_keep_birth(struct task_struct *leader)
{
	struct tc_birth *birth = bpf_task_storage_get(&births, leader, 0, 0);
	struct tc_process_id id = tc_process_id_of(leader);

	if (birth)
		bpf_map_update_elem(&births_without_leader, &id, birth, BPF_ANY);
}

/* TC_NO_PID where its birth was not noted. */
static __always_inline tc_pid tc_birth_ppid_of(struct task_struct *leader)
{
	struct tc_birth *birth = bpf_task_storage_get(&births, leader, 0, 0);
	struct tc_process_id id = tc_process_id_of(leader);

	if (!birth)
		birth = bpf_map_lookup_elem(&births_without_leader, &id);
	return birth ? birth->ppid : TC_NO_PID;
}

#endif
