// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Files opened: open, openat, openat2 and creat, with their results. The name is read when the
 * call returns: on entry its page may not be resident yet, and a tracepoint cannot fault it in.
 */
#include "tracecap/name.h"
#include "tracecap/result.h"
#include "tracecap/task.h"

/* asm-generic/fcntl.h; the same on x86 and arm64 */
#define O_ACCMODE   00000003
#define O_WRONLY    00000001
#define O_CREAT	    00000100
#define O_TRUNC	    00001000
#define __O_TMPFILE 020000000

enum opensnoop_syscall {
	opensnoop_syscall_open,
	opensnoop_syscall_openat,
	opensnoop_syscall_openat2,
	opensnoop_syscall_creat,
} __attribute__((packed));

struct opensnoop_event {
	TC_EVENT_HEADER;
	tc_result ret;
	tc_duration_ns duration_ns;
	tc_open_flags flags;
	tc_mode mode;
	tc_fd dirfd;
	tc_text path;
	tc_text raw_path;
	enum opensnoop_syscall syscall;
	tc_bool path_truncated;
	char tail[];
};
TC_EVENT(opensnoop_event);

#define FIXED_SIZE offsetof(struct opensnoop_event, tail)

/* --opensnoop-flags: any of these bits, or one of these access modes (bit 1 << O_ACCMODE). */
const volatile __u64 opensnoop_flag_bits = 0;
const volatile __u32 opensnoop_access_modes = 0;

/* linux/openat2.h */
struct open_how {
	__u64 flags;
	__u64 mode;
	__u64 resolve;
};

/* A call on its way, in the storage of its own thread: nobody else can reach it. */
struct open_call {
	__u64 started; /* 0: none */
	const char *name;
	const struct open_how *how; /* openat2: where flags and mode are still to be read from */
	__u64 flags;
	tc_mode mode;
	tc_fd dirfd;
	int nr;
	enum opensnoop_syscall syscall;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct open_call);
} calls SEC(".maps");

/* Notes a call that begins; NULL where nobody wants it. */
static __always_inline struct open_call *enter(const struct open_call *begun)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct open_call *call;

	if (!tc_wanted(task))
		return NULL;
	call = bpf_task_storage_get(&calls, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!call) {
		tc_count_loss(tc_loss_map_full);
		return NULL;
	}
	*call = *begun;
	call->started = bpf_ktime_get_boot_ns();
	return call;
}

/* What the kernel makes of a mode: umode_t. */
static __always_inline tc_mode mode_of(unsigned long mode)
{
	return (__u16)mode;
}

SEC("tp/syscalls/sys_enter_open")
int opensnoop_enter_open(struct syscall_trace_enter *ctx)
{
	struct open_call call = {
	    .nr = ctx->nr,
	    .syscall = opensnoop_syscall_open,
	    .dirfd = TC_NO_FD,
	    .name = (const char *)ctx->args[0],
	    .flags = (__u32)ctx->args[1],
	    .mode = mode_of(ctx->args[2]),
	};

	enter(&call);
	return 0;
}

SEC("tp/syscalls/sys_enter_openat")
int opensnoop_enter_openat(struct syscall_trace_enter *ctx)
{
	struct open_call call = {
	    .nr = ctx->nr,
	    .syscall = opensnoop_syscall_openat,
	    .dirfd = ctx->args[0],
	    .name = (const char *)ctx->args[1],
	    .flags = (__u32)ctx->args[2],
	    .mode = mode_of(ctx->args[3]),
	};

	enter(&call);
	return 0;
}

/* Where the page of `how` is not resident, nothing is read, and call->how stays. */
static __always_inline void read_how(struct open_call *call)
{
	struct open_how how;

	if (bpf_probe_read_user(&how, sizeof(how), call->how))
		return;
	call->flags = how.flags;
	call->mode = how.mode;
	call->how = NULL;
}

/* Read now, as the kernel is about to: another thread may change it while the call is under way. */
SEC("tp/syscalls/sys_enter_openat2")
int opensnoop_enter_openat2(struct syscall_trace_enter *ctx)
{
	struct open_call *noted;
	struct open_call call = {
	    .nr = ctx->nr,
	    .syscall = opensnoop_syscall_openat2,
	    .dirfd = ctx->args[0],
	    .name = (const char *)ctx->args[1],
	    .how = (const struct open_how *)ctx->args[2],
	    .flags = TC_NO_FLAGS,
	};

	noted = enter(&call);
	if (noted)
		read_how(noted);
	return 0;
}

SEC("tp/syscalls/sys_enter_creat")
int opensnoop_enter_creat(struct syscall_trace_enter *ctx)
{
	/* creat(2): the same as open() with these flags */
	struct open_call call = {
	    .nr = ctx->nr,
	    .syscall = opensnoop_syscall_creat,
	    .dirfd = TC_NO_FD,
	    .name = (const char *)ctx->args[0],
	    .flags = O_CREAT | O_WRONLY | O_TRUNC,
	    .mode = mode_of(ctx->args[1]),
	};

	enter(&call);
	return 0;
}

static __always_inline bool flags_wanted(__u64 flags)
{
	if (!opensnoop_flag_bits && !opensnoop_access_modes)
		return true;
	if (flags == TC_NO_FLAGS)
		return false;
	return flags & opensnoop_flag_bits || opensnoop_access_modes & 1 << (flags & O_ACCMODE);
}

/* Lays both texts around the pivot and tells the event where they are. Bytes of both. */
static __always_inline __u32 build_texts(struct opensnoop_event *event, struct tc_walk *walk,
					 struct task_struct *task, const char *name)
{
	__u32 name_size = tc_append_name(walk->scratch, 0, name, &event->path_truncated);
	__u32 appended = name_size == TC_NO_TEXT ? 0 : name_size;
	bool opened;

	walk->start = TC_PIVOT;
	walk->reached = false;
	opened = event->ret >= 0 && tc_prepend_opened(walk, task, event->ret);
	if (!opened) {
		walk->start = TC_PIVOT;
		if (name_size != TC_NO_TEXT &&
		    !(name_size && walk->scratch->bytes[TC_PIVOT] == '/'))
			tc_prepend_directory(walk, task, event->dirfd);
	}
	event->path_truncated |= walk->truncated;
	event->raw_path.offset = TC_PIVOT - walk->start;
	event->raw_path.size = name_size;
	event->path.offset = 0;
	event->path.size = TC_PIVOT - walk->start + (opened ? 0 : appended);
	if (!opened && name_size == TC_NO_TEXT)
		event->path.size = TC_NO_TEXT;
	return TC_PIVOT - walk->start + appended;
}

/* The event with what precedes it in the ring. */
struct opensnoop_record {
	struct tc_record record;
	struct opensnoop_event event;
};

#define PREFIX_SIZE (sizeof(struct tc_record) + FIXED_SIZE)

static __always_inline void send(struct opensnoop_record *fixed, const char *name,
				 struct task_struct *task)
{
	__u32 texts, start;
	struct tc_walk walk = {};

	walk.scratch = tc_get_scratch();
	if (!walk.scratch)
		return;
	texts = build_texts(&fixed->event, &walk, task, name);
	fixed->record.source = tc_source;
	fixed->record.size = FIXED_SIZE + texts;
	start = (walk.start - PREFIX_SIZE) & TC_START_MASK;
	bpf_probe_read_kernel(&walk.scratch->bytes[start], PREFIX_SIZE, fixed);
	tc_send(&tc_flood, &walk.scratch->bytes[start], (PREFIX_SIZE + texts) & TC_SIZE_MASK);
}

/* One program for all four calls: it is verified once. */
SEC("tp/syscalls/sys_exit_openat")
int opensnoop_exit(struct syscall_trace_exit *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct open_call *call = bpf_task_storage_get(&calls, task, 0, 0);
	struct opensnoop_record fixed = {};
	struct opensnoop_event *event = &fixed.event;
	__u64 started;

	if (!call || !call->started || call->nr != ctx->nr)
		return 0;
	if (tc_entered_again(ctx->ret))
		return 0;
	started = call->started;
	call->started = 0;
	event->ret = tc_result_of(ctx->ret);
	if (tc_failed_only && event->ret >= 0)
		return 0;
	if (call->how)
		read_how(call);
	if (!flags_wanted(call->flags))
		return 0;

	event->ts = bpf_ktime_get_boot_ns();
	event->duration_ns = tc_time_since(started, event->ts);
	tc_describe_task(event, task);
	event->flags = call->flags;
	event->mode = TC_NO_MODE;
	if (call->flags != TC_NO_FLAGS && call->flags & (O_CREAT | __O_TMPFILE))
		event->mode = call->mode;
	event->dirfd = call->dirfd;
	event->syscall = call->syscall;
	send(&fixed, call->name, task);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
