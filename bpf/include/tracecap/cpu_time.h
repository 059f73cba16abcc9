/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * CPU time of threads and processes, as wait4(2) and getrusage(2) tell it. A thread that runs is
 * accounted at ticks and when it is switched out, so up to a tick of its time may be missing.
 */
#ifndef TRACECAP_CPU_TIME_H
#define TRACECAP_CPU_TIME_H

#include "kernel.h"
#include "types.h"

#ifdef TC_COMPAT
/* Before bpf_loop() (5.17, commit e6f2dd0f8067) the verifier follows every step on its own. */
#define TC_MAX_THREAD_STEPS 64
#else
/* More threads than processes have; some tens of ns each. */
#define TC_MAX_THREAD_STEPS 65536
#endif

/* utime and stime are samples, taken at ticks; runtime is exact. ns. */
struct tc_cpu_time {
	__u64 utime;
	__u64 stime;
	__u64 runtime;
};

/* A walk over the threads of the current process that have not been released. */
struct tc_thread_walk {
	struct task_struct *current;
	struct signal_struct *signal;
	struct list_head *head;
	struct list_head *next; /* NULL: to begin */
	struct tc_cpu_time sum; /* of these threads, and of all that were released */
	__u32 sequence;
	tc_bool begun;
	tc_bool others; /* another thread has memory: it has not come to exit_mm() */
};

static __always_inline void tc_add_cpu_time(struct tc_cpu_time *sum, struct task_struct *task)
{
	sum->utime += TC_READ(struct task_struct, task, utime);
	sum->stime += TC_READ(struct task_struct, task, stime);
	sum->runtime += TC_READ(struct task_struct, task, se.sum_exec_runtime);
}

static __always_inline void tc_begin_thread_walk(struct tc_thread_walk *walk)
{
	struct signal_struct *signal = walk->signal;

	walk->sum.utime = TC_READ(struct signal_struct, signal, utime);
	walk->sum.stime = TC_READ(struct signal_struct, signal, stime);
	walk->sum.runtime = TC_READ(struct signal_struct, signal, sum_sched_runtime);
	walk->next = TC_READ(struct signal_struct, signal, thread_head.next);
	walk->others = false;
	walk->begun = true;
}

/*
 * One thread further; 1 ends the walk. __exit_signal() (kernel/exit.c) adds a released thread to
 * the process and takes it off the list under stats_lock, whose sequence is odd meanwhile. So a
 * walk that begins at an even one meets no thread twice; where it is another one at the end,
 * threads may have been missed, and the walk begins again.
 */
static long tc_thread_walk_step(__u64 index, struct tc_thread_walk *walk)
{
	struct signal_struct *signal = walk->signal;
	__u32 sequence =
	    TC_READ(struct signal_struct, signal, stats_lock.seqcount.seqcount.sequence);
	struct task_struct *task;

	if (!walk->next) {
		if (sequence & 1)
			return 0;
		walk->sequence = sequence;
		tc_begin_thread_walk(walk);
		return 0;
	}
	if (walk->next == walk->head) {
		if (sequence == walk->sequence)
			return 1;
		walk->next = NULL;
		return 0;
	}
	task = (void *)walk->next - bpf_core_field_offset(struct task_struct, thread_node);
	tc_add_cpu_time(&walk->sum, task);
	if (task != walk->current && TC_READ(struct task_struct, task, mm))
		walk->others = true;
	walk->next = TC_READ(struct task_struct, task, thread_node.next);
	return 0;
}

/*
 * What a helper wrote is unknown to the verifier. Without this, those before 6.7 ("verify callbacks
 * as if they are called unknown number of times"; seen on 6.1) follow only the first step of a
 * bpf_loop(), and take out as dead what that does not do. And in a loop all ways that lead to a
 * step are alike to it then, and it follows one of them.
 */
static __always_inline void tc_forget(struct tc_thread_walk *walk)
{
	bpf_probe_read_kernel(walk, sizeof(*walk), walk);
}

/*
 * Walks over the threads of the current process. Where it has more than there are steps, or they
 * are released all the while, some are missing in the sum; walk->begun is false where there is
 * none.
 */
static __always_inline void tc_walk_threads(struct tc_thread_walk *walk, struct task_struct *task)
{
	walk->current = task;
	walk->signal = task->signal;
	walk->head =
	    (void *)walk->signal + bpf_core_field_offset(struct signal_struct, thread_head);
#ifdef TC_COMPAT
	for (int i = 0; i < TC_MAX_THREAD_STEPS; i++) {
		tc_forget(walk);
		if (tc_thread_walk_step(i, walk))
			return;
	}
#else
	tc_forget(walk);
	bpf_loop(TC_MAX_THREAD_STEPS, tc_thread_walk_step, walk, 0);
#endif
}

/*
 * part * whole / total, where part < total, without overflow: to 32 bits of the ratio, as exact as
 * samples are. The kernel has 128 bits for it (mul_u64_u64_div_u64()).
 */
static __always_inline __u64 tc_scale(__u64 part, __u64 whole, __u64 total)
{
	for (int i = 0; i < 32; i++) {
		if (!(total >> 32))
			break;
		total >>= 1;
		part >>= 1;
	}
	return whole / total * part + whole % total * part / total;
}

/*
 * Splits the exact runtime by the ratio of the samples, never below what was told before: as
 * cputime_adjust() does (kernel/sched/cputime.c).
 */
static __always_inline void tc_adjust_cpu_time(struct tc_cpu_time *time,
					       const struct prev_cputime *told)
{
	if (told->utime + told->stime >= time->runtime) {
		time->utime = told->utime;
		time->stime = told->stime;
		return;
	}
	if (!time->stime)
		time->stime = 0;
	else if (!time->utime)
		time->stime = time->runtime;
	else
		time->stime = tc_scale(time->stime, time->runtime, time->utime + time->stime);
	if (time->stime < told->stime)
		time->stime = told->stime;
	time->utime = time->runtime - time->stime;
	if (time->utime < told->utime) {
		time->utime = told->utime;
		time->stime = time->runtime - time->utime;
	}
}

#endif
