// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Programs started, and attempts that failed. A success is what sched_process_exec tells, never a
 * call that returned 0: seccomp can make it return that, and so does AT_EXECVE_CHECK (Linux 6.14),
 * where no program begins. Failures are seen when execve() and execveat() return.
 */
#include "tracecap/args.h"
#include "tracecap/name.h"
#include "tracecap/regs.h"
#include "tracecap/result.h"
#include "tracecap/task.h"

struct execsnoop_event {
	TC_EVENT_HEADER;
	tc_result ret;
	tc_comm parent_comm;
	tc_argv argv;
	tc_text filename;
	tc_text interp;
	tc_text cwd;
	tc_bool argv_truncated;
	char tail[];
};
TC_EVENT(execsnoop_event);

#define FIXED_SIZE offsetof(struct execsnoop_event, tail)

/* The event with what precedes it in the ring. */
struct execsnoop_record {
	struct tc_record record;
	struct execsnoop_event event;
};

#define PREFIX_SIZE (sizeof(struct tc_record) + FIXED_SIZE)

/* An event on its way: cwd before the pivot, filename, interp and arguments behind it. */
struct build {
	struct tc_walk walk;
	__u32 appended; /* bytes behind the pivot */
	struct execsnoop_record fixed;
};

/* All but the names and the arguments. False where there is nowhere to build it. */
static __always_inline bool begin(struct build *build, struct task_struct *task)
{
	struct execsnoop_event *event = &build->fixed.event;
	struct tc_walk *walk = &build->walk;

	walk->scratch = tc_get_scratch();
	if (!walk->scratch) {
		tc_count_loss(tc_loss_map_full);
		return false;
	}
	event->ts = bpf_ktime_get_boot_ns();
	tc_describe_task(event, task);
	bpf_probe_read_kernel_str(event->parent_comm, sizeof(event->parent_comm),
				  task->real_parent->group_leader->comm);
	walk->start = TC_PIVOT;
	event->cwd.size = TC_NO_TEXT;
	if (tc_prepend_cwd(walk, task))
		event->cwd.size = TC_PIVOT - walk->start;
	else
		walk->start = TC_PIVOT;
	event->argv.size = TC_NO_ARGV;
	return true;
}

/* Where the next text will lie in the event's tail. */
static __always_inline __u32 offset_of_next(const struct build *build)
{
	return TC_PIVOT - build->walk.start + build->appended;
}

/* Tells the event of a text of so many bytes, or TC_NO_TEXT, that was appended. */
static __always_inline void note_text(struct build *build, tc_text *text, __u32 size)
{
	text->offset = offset_of_next(build);
	text->size = size;
	if (size != TC_NO_TEXT)
		build->appended += size;
}

/* Room for arguments, which come last. */
static __always_inline struct tc_args args_behind(const struct build *build, __u64 from)
{
	return (struct tc_args){
	    .scratch = build->walk.scratch,
	    .from = from,
	    .behind = build->appended,
	};
}

static __always_inline void note_args(struct build *build, const struct tc_args *args)
{
	struct execsnoop_event *event = &build->fixed.event;

	event->argv.offset = offset_of_next(build);
	event->argv.size = args->size;
	event->argv_truncated = args->truncated;
	build->appended += args->size;
}

/* Puts the fixed part in front, and sends it all. */
static __always_inline void send(struct build *build)
{
	struct tc_scratch *scratch = build->walk.scratch;
	__u32 texts = offset_of_next(build);
	__u32 start = (build->walk.start - PREFIX_SIZE) & TC_START_MASK;
	__u64 size = PREFIX_SIZE + texts;

	build->fixed.record.source = tc_source;
	build->fixed.record.size = FIXED_SIZE + texts;
	bpf_probe_read_kernel(&scratch->bytes[start], PREFIX_SIZE, &build->fixed);
	barrier_var(size);
	/* never: the verifier asks for it */
	if (size > 2 * TC_PIVOT + tc_args_size)
		return;
	tc_send(&tc_rare, &scratch->bytes[start], size);
}

static __always_inline void succeeded(struct task_struct *task, struct linux_binprm *bprm)
{
	struct build build = {};
	struct execsnoop_event *event = &build.fixed.event;
	struct tc_scratch *scratch;
	struct tc_args args;
	tc_bool cut;

	if (!begin(&build, task))
		return;
	scratch = build.walk.scratch;
	note_text(&build, &event->filename,
		  tc_append_kernel_name(scratch, build.appended, bprm->filename, &cut));
	note_text(&build, &event->interp,
		  tc_append_kernel_name(scratch, build.appended, bprm->interp, &cut));
	if (!tc_no_argv) {
		args = args_behind(&build, task->mm->arg_start);
		tc_copy_arg_area(&args, task->mm->arg_end);
		note_args(&build, &args);
	}
	send(&build);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(execsnoop_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	if (tc_failed_only || !tc_wanted(task))
		return 0;
	tc_keep_cpu();
	succeeded(task, bprm);
	tc_leave_cpu();
	return 0;
}

/* What was passed to the call. */
struct passed {
	int dirfd;
	const char *name;
	__u64 argv;
	bool empty_path;
};

#define AT_EMPTY_PATH 0x1000 /* linux/fcntl.h */

static __always_inline struct passed read_passed(struct pt_regs *regs, int nr)
{
	if (nr == NR_EXECVEAT)
		return (struct passed){
		    .dirfd = TC_ARG1(regs),
		    .name = (const char *)TC_ARG2(regs),
		    .argv = TC_ARG3(regs),
		    .empty_path = TC_ARG5(regs) & AT_EMPTY_PATH,
		};
	return (struct passed){
	    .dirfd = AT_FDCWD,
	    .name = (const char *)TC_ARG1(regs),
	    .argv = TC_ARG2(regs),
	};
}

/*
 * Begins the name that the kernel gives to a program that was passed by a descriptor (alloc_bprm(),
 * fs/exec.c). Its bytes.
 */
static __always_inline __u32 append_descriptor(struct tc_scratch *scratch,
					       const struct passed *passed)
{
	char *to = &scratch->bytes[TC_PIVOT];
	char first;

	if (passed->dirfd == AT_FDCWD || bpf_probe_read_user(&first, 1, passed->name))
		return 0;
	if (first == '/' || (!first && !passed->empty_path))
		return 0;
	/* with its NUL */
	return (first ? BPF_SNPRINTF(to, 32, "/dev/fd/%d/", passed->dirfd)
		      : BPF_SNPRINTF(to, 32, "/dev/fd/%d", passed->dirfd)) -
	       1;
}

/* One program for both calls: it is verified once. */
SEC("tp/syscalls/sys_exit_execve")
int execsnoop_failed(struct syscall_trace_exit *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct build build = {};
	struct execsnoop_event *event = &build.fixed.event;
	struct tc_scratch *scratch;
	struct passed passed;
	struct tc_args args;
	__u32 size, descriptor;
	tc_bool cut;

	if (ctx->ret >= 0 || tc_entered_again(ctx->ret) || !tc_wanted(task) || !begin(&build, task))
		return 0;
	scratch = build.walk.scratch;
	event->ret = tc_result_of(ctx->ret);
	passed = read_passed(tc_call_regs(task), ctx->nr);
	descriptor = append_descriptor(scratch, &passed);
	size = tc_append_name(scratch, descriptor, passed.name, &cut);
	note_text(&build, &event->filename, size == TC_NO_TEXT ? size : descriptor + size);
	note_text(&build, &event->interp, TC_NO_TEXT);
	if (!tc_no_argv) {
		args = args_behind(&build, passed.argv);
		tc_copy_arg_array(&args);
		note_args(&build, &args);
	}
	send(&build);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
