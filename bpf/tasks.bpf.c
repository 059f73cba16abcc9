// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Marks tasks: the targets of a recording and the recorder itself. A mark lies in the task's own
 * storage, so it goes where the task goes, through exec and in any pid namespace, and ends with it.
 */
#include "tracecap/task.h"

enum target_kind {
	target_process,
	target_thread,
};

struct target {
	__u32 kind; /* enum target_kind */
	tc_pid number;
};

/* What tasks_mark is to mark, and how (enum tc_mark_flag). The loader gives it its size. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct target);
	__type(value, __u32);
} targets SEC(".maps");

static __always_inline void mark(struct task_struct *task, __u32 flags)
{
	struct tc_mark fresh = {.flags = flags};
	struct tc_mark *stored =
	    bpf_task_storage_get(&tc_marks, task, &fresh, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (stored)
		stored->flags |= flags;
	else
		tc_count_loss(tc_loss_map_full);
}

/* Run by the recorder: marks every task of which process or thread is among the targets. */
SEC("iter/task")
int tasks_mark(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct target target = {};
	__u32 *flags;

	if (!task)
		return 0;
	target.kind = target_process;
	target.number = tc_process_number(task);
	flags = bpf_map_lookup_elem(&targets, &target);
	if (flags)
		mark(task, *flags);
	target.kind = target_thread;
	target.number = tc_thread_number(task);
	flags = bpf_map_lookup_elem(&targets, &target);
	if (flags)
		mark(task, *flags);
	return 0;
}

/* A thread is what its process is, unless only a thread was chosen; a child is so if followed. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(tasks_fork, struct task_struct *parent, struct task_struct *child)
{
	struct tc_mark *marked = bpf_task_storage_get(&tc_marks, parent, 0, 0);

	if (!marked)
		return 0;
	if (marked->flags & TC_MARK_FOLLOW ||
	    (marked->flags & TC_MARK_PROCESS && parent->tgid == child->tgid))
		mark(child, marked->flags);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
