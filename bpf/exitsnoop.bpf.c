// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Processes ended, with their status and what they used; on request threads, too. A process has
 * ended when its last thread has: the leader may be long gone then, or may have been replaced by
 * another thread in execve().
 */
#include "tracecap/task.h"
#include "tracecap/birth.h"
#include "tracecap/cpu_time.h"

#define PF_KTHREAD	  0x00200000 /* linux/sched.h */
#define SIGNAL_GROUP_EXIT 0x00000004 /* linux/sched/signal.h */
#define EEXIST		  17	     /* linux/errno.h */

enum exitsnoop_scope {
	exitsnoop_scope_process,
	exitsnoop_scope_thread,
} __attribute__((packed));

struct exitsnoop_event {
	TC_EVENT_HEADER;
	tc_pid birth_ppid;
	tc_time_ns start_ts;
	tc_duration_ns age_ns;
	tc_duration_ns utime_ns;
	tc_duration_ns stime_ns;
	tc_bytes max_rss_bytes;
	tc_exit_code exit_code;
	tc_signal signal;
	enum exitsnoop_scope scope;
	tc_bool core_dumped;
	char tail[]; /* empty: it only lets the struct end without a hole */
};
TC_EVENT(exitsnoop_event);

struct exitsnoop_record {
	struct tc_record record;
	struct exitsnoop_event event;
};

#define FIXED_SIZE offsetof(struct exitsnoop_event, tail)

/* --exitsnoop-threads: a row for each thread, too. */
const volatile tc_bool exitsnoop_threads = 0;

/* --exitsnoop-min: only what lived so long. */
const volatile __u64 exitsnoop_min_ns = 0;

/* Processes whose end was sent: before Linux 6.16 several threads may think they are the last. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct tc_process_id);
	__type(value, tc_bool);
} ended SEC(".maps");

/* By its marks alone: it may change its name, user and place before it ends. */
static __always_inline bool may_be_wanted(struct task_struct *child)
{
	struct tc_mark *mark = bpf_task_storage_get(&tc_marks, child, 0, 0);
	__u32 flags = mark ? mark->flags : 0;

	if (flags & TC_MARK_RECORDER)
		return false;
	return !tc_filter_targets || flags & TC_MARK_TARGET;
}

/* Comes after tasks_fork, which marks the child: task_newtask is earlier (kernel_clone()). */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(exitsnoop_fork, struct task_struct *parent, struct task_struct *child)
{
	if (child->pid == child->tgid && may_be_wanted(child))
		tc_note_birth(child);
	return 0;
}

/* As wait(2) has it: the code in the second byte, or a signal and whether it dumped core. */
static __always_inline void fill_status(struct exitsnoop_event *event, int status)
{
	event->signal = status & 0x7f;
	event->core_dumped = !!(status & 0x80);
	event->exit_code = event->signal ? TC_NO_EXIT_CODE : status >> 8 & 0xff;
}

static __always_inline void fill_times(struct exitsnoop_event *event, struct task_struct *task)
{
	event->ts = bpf_ktime_get_boot_ns();
	event->start_ts = task->start_boottime;
	event->age_ns = tc_time_since(event->start_ts, event->ts);
}

static __always_inline void send(struct exitsnoop_record *sent)
{
	const struct exitsnoop_event *event = &sent->event;

	if (event->age_ns < exitsnoop_min_ns)
		return;
	if (tc_failed_only && !event->signal && !event->exit_code)
		return;
	sent->record.source = tc_source;
	sent->record.size = FIXED_SIZE;
	tc_send(&tc_rare, sent, sizeof(struct tc_record) + FIXED_SIZE);
}

static __always_inline void thread_ended(struct task_struct *task)
{
	struct exitsnoop_record sent = {};
	struct exitsnoop_event *event = &sent.event;
	struct tc_cpu_time used = {};
	struct prev_cputime told = {task->prev_cputime.utime, task->prev_cputime.stime};

	if (!tc_wanted(task))
		return;
	fill_times(event, task);
	tc_describe_task(event, task);
	event->scope = exitsnoop_scope_thread;
	event->birth_ppid = TC_NO_PID;
	fill_status(event, task->exit_code);
	tc_add_cpu_time(&used, task);
	tc_adjust_cpu_time(&used, &told);
	event->utime_ns = used.utime;
	event->stime_ns = used.stime;
	event->max_rss_bytes = TC_NO_BYTES;
	send(&sent);
}

/* By the leader's name, which is the one of the row. */
static __always_inline bool process_wanted(struct task_struct *task, struct task_struct *leader)
{
	char comm[2 * TC_COMM_LEN] = {};

	if (!tc_wanted_by_all_but_name(task))
		return false;
	if (!tc_wanted_comm_len)
		return true;
	bpf_probe_read_kernel(comm, TC_COMM_LEN, leader->comm);
	return tc_comm_matches(comm);
}

static __always_inline void fill_usage(struct exitsnoop_event *event, struct signal_struct *signal,
				       struct tc_thread_walk *walk)
{
	struct prev_cputime told = {signal->prev_cputime.utime, signal->prev_cputime.stime};

	tc_adjust_cpu_time(&walk->sum, &told);
	event->utime_ns = walk->begun ? walk->sum.utime : TC_NO_DURATION;
	event->stime_ns = walk->begun ? walk->sum.stime : TC_NO_DURATION;
	/* do_exit() has put the mm's into it, of all that it executed the largest */
	event->max_rss_bytes = (__u64)signal->maxrss * tc_page_size;
}

/*
 * Whether this is the thread that ends the process. Since 6.16 the tracepoint says so itself.
 * Before, signal->live was 0 for every thread that came here after the last had begun to end.
 * Memory is given up before this tracepoint there (exit_mm()): a thread that has some is still to
 * come, and with it perhaps the status and the peak memory. Of those left, the first one claims the
 * end.
 */
static __always_inline bool is_last(struct task_struct *leader, const struct tc_thread_walk *walk)
{
	struct tc_process_id id = tc_process_id_of(leader);
	tc_bool sent = true;
	/* an int: the upper half of what it returns is void before 6.4 (commit d7ba4cc900bf) */
	int failed;

	if (bpf_core_type_exists(struct trace_event_raw_sched_process_exit))
		return true;
	if (walk->others)
		return false;
	failed = bpf_map_update_elem(&ended, &id, &sent, BPF_NOEXIST);
	if (failed && failed != -EEXIST)
		tc_count_loss(tc_loss_map_full);
	return !failed;
}

/* What wait(2) will say of it (wait_task_zombie(), kernel/exit.c). */
static __always_inline int status_of(struct signal_struct *signal, struct task_struct *leader)
{
	return signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code : leader->exit_code;
}

static __always_inline void process_ended(struct task_struct *task, struct task_struct *leader)
{
	struct exitsnoop_record sent = {};
	struct exitsnoop_event *event = &sent.event;
	struct tc_thread_walk walk = {};

	if (!process_wanted(task, leader))
		return;
	tc_walk_threads(&walk, task);
	if (!is_last(leader, &walk))
		return;
	fill_times(event, leader);
	tc_describe_task(event, task);
	event->tid = event->pid;
	bpf_probe_read_kernel(event->comm, sizeof(event->comm), leader->comm);
	event->scope = exitsnoop_scope_process;
	event->birth_ppid = tc_birth_ppid_of(leader);
	fill_status(event, status_of(task->signal, leader));
	fill_usage(event, task->signal, &walk);
	send(&sent);
}

/* nsproxy is still there: do_exit() calls exit_task_namespaces() later (kernel/exit.c). */
SEC("tp_btf/sched_process_exit")
int exitsnoop_exit(__u64 *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct task_struct *leader = task->group_leader;
	bool dead;

	if (task->flags & PF_KTHREAD)
		return 0;
	if (exitsnoop_threads)
		thread_ended(task);
	/* a constant to the verifier: where there is no second argument it sees nobody read it */
	if (bpf_core_type_exists(struct trace_event_raw_sched_process_exit))
		dead = ctx[1];
	else
		dead = !task->signal->live.counter;
	if (dead)
		process_ended(task, leader);
	else if (task == leader)
		tc_keep_birth(leader);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
