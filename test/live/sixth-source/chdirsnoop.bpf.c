// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* chdir(2), as a source that somebody might add: test/live/sixth-source.test.ts adds it. */
#include "tracecap/regs.h"
#include "tracecap/result.h"
#include "tracecap/task.h"

#define PATH_SIZE 256

struct chdirsnoop_event {
	TC_EVENT_HEADER;
	tc_text path;
	tc_result ret;
	char tail[];
};
TC_EVENT(chdirsnoop_event);

#define FIXED_SIZE offsetof(struct chdirsnoop_event, tail)

struct chdirsnoop_record {
	struct tc_record record;
	char event[FIXED_SIZE + PATH_SIZE];
};

/* --chdirsnoop-errno: only what failed with it. */
const volatile __u32 chdirsnoop_errno = 0;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct chdirsnoop_record);
} records SEC(".maps");

SEC("tp/syscalls/sys_exit_chdir")
int chdirsnoop_exit(struct syscall_trace_exit *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u32 zero = 0, size;
	struct chdirsnoop_record *sent = bpf_map_lookup_elem(&records, &zero);
	struct chdirsnoop_event *event;
	long read;

	if (!sent || tc_entered_again(ctx->ret) || !tc_wanted(task))
		return 0;
	if (tc_failed_only && ctx->ret >= 0)
		return 0;
	if (chdirsnoop_errno && ctx->ret != -(long)chdirsnoop_errno)
		return 0;
	event = (struct chdirsnoop_event *)sent->event;
	event->ts = bpf_ktime_get_boot_ns();
	tc_describe_task(event, task);
	event->ret = tc_result_of(ctx->ret);
	read = bpf_probe_read_user_str(event->tail, PATH_SIZE,
				       (const char *)TC_ARG1(tc_call_regs(task)));
	size = read > 0 ? (read - 1) & (PATH_SIZE - 1) : 0;
	event->path.offset = 0;
	event->path.size = read > 0 ? size : TC_NO_TEXT;
	sent->record.source = tc_source;
	sent->record.size = FIXED_SIZE + size;
	tc_send(&tc_rare, sent, sizeof(struct tc_record) + FIXED_SIZE + size);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
