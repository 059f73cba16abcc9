// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Marks tasks: the targets of a recording and the recorder itself. A mark lies in the task's own
 * storage, so it goes where the task goes, through exec and in any pid namespace, and ends with it.
 * And lists the processes that are recorded, at the start of a recording and at its end.
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

/*
 * A thread is what its process is, unless only a thread was chosen; a child is so if followed. Not
 * sched_process_fork: it does not tell of threads that the kernel adds to a process (io_uring's,
 * vhost's: create_io_thread() and vhost_task_create(), kernel/fork.c), and one of these may be the
 * last to end.
 */
SEC("tp_btf/task_newtask")
int BPF_PROG(tasks_fork, struct task_struct *child)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	struct tc_mark *marked = bpf_task_storage_get(&tc_marks, parent, 0, 0);

	if (!marked)
		return 0;
	if (marked->flags & TC_MARK_FOLLOW ||
	    (marked->flags & TC_MARK_PROCESS && parent->tgid == child->tgid))
		mark(child, marked->flags);
	return 0;
}

/* What tasks_list tells of a process; src/record/process-list.ts reads it by BTF. */
struct process {
	tc_time_ns start_ts;
	tc_cgroup cgroup;
	tc_pid pid;
	tc_pid ppid;
	tc_uid uid;
	tc_ns mntns;
	tc_comm comm;
};
TC_EVENT(process);

static __always_inline __u32 marks_of(struct task_struct *task)
{
	struct tc_mark *stored = bpf_task_storage_get(&tc_marks, task, 0, 0);

	return stored ? stored->flags : 0;
}

/* By its main thread, or where only another thread of it was chosen by that one. */
static __always_inline bool marked(struct task_struct *task, struct task_struct *leader)
{
	__u32 flags = marks_of(task);

	if (flags & TC_MARK_RECORDER)
		return false;
	if (task == leader)
		return !tc_filter_targets || flags & TC_MARK_TARGET;
	return tc_filter_targets && flags & TC_MARK_TARGET && !(marks_of(leader) & TC_MARK_TARGET);
}

/* As tc_wanted() has it for what the current task does, but for --cgroup. */
static __always_inline bool process_wanted(const struct process *process)
{
	char comm[2 * TC_COMM_LEN] = {};

	if (tc_filter_uid && process->uid != tc_wanted_uid)
		return false;
	if (tc_wanted_mntns && process->mntns != tc_wanted_mntns)
		return false;
	if (tc_filter_cgroup_set && !tc_in_set(&tc_cgroup_set, process->cgroup))
		return false;
	if (tc_filter_mntns_set && !tc_in_set(&tc_mntns_set, process->mntns))
		return false;
	if (!tc_wanted_comm_len)
		return true;
	__builtin_memcpy(comm, process->comm, TC_COMM_LEN);
	return tc_comm_matches(comm);
}

/* Run by the recorder: writes a struct process for each process that is recorded, some twice. */
SEC("iter/task")
int tasks_list(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct process process = {};
	struct task_struct *leader;

	/* no process: a thread of the kernel (PF_KTHREAD, linux/sched.h) */
	if (!task || task->flags & 0x00200000)
		return 0;
	leader = task->group_leader;
	if (!marked(task, leader))
		return 0;
	process.start_ts = leader->start_boottime;
	process.cgroup = BPF_CORE_READ(leader, cgroups, dfl_cgrp, kn, id);
	process.pid = tc_process_number(leader);
	process.ppid = tc_process_number(leader->real_parent);
	process.uid = BPF_CORE_READ(leader, cred, uid.val);
	/* a zombie has no namespaces any more: then 0 */
	process.mntns = BPF_CORE_READ(leader, nsproxy, mnt_ns, ns.inum);
	bpf_probe_read_kernel(process.comm, sizeof(process.comm), leader->comm);
	if (process.pid && process_wanted(&process))
		bpf_seq_write(ctx->meta->seq, &process, sizeof(process));
	return 0;
}

#define CGROUP_PATH_MAX 1024

struct cgroup_path {
	char text[CGROUP_PATH_MAX];
};

/* Paths of cgroups (v2) born while we record: one may be gone before its id is looked up. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct cgroup_path);
} cgroup_paths SEC(".maps");

/* Too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct cgroup_path);
} cgroup_scratch SEC(".maps");

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(tasks_cgroup, struct cgroup *cgroup, const char *path)
{
	__u32 zero = 0;
	__u64 id = cgroup->kn->id;
	struct cgroup_path *born = bpf_map_lookup_elem(&cgroup_scratch, &zero);

	/* the default hierarchy, cgroup v2, has the first number (cgroup_init(), kernel/cgroup) */
	if (!born || cgroup->root->hierarchy_id)
		return 0;
	if (bpf_probe_read_kernel_str(born->text, sizeof(born->text), path) > 0)
		bpf_map_update_elem(&cgroup_paths, &id, born, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
