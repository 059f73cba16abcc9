/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A record under construction. Directory names are prepended before the pivot, text that follows
 * is appended behind it, and the fixed part is put in front at the end, so that the record is
 * contiguous however long its texts are. Offsets are masked for the verifier.
 *
 * One for each CPU: programs on tracepoints of system calls run with preemption off
 * (perf_syscall_exit(), kernel/trace/trace_syscalls.c), and so did all others up to Linux 6.19;
 * those call tc_keep_cpu() first. None that uses it runs in an interrupt.
 */
#ifndef TRACECAP_SCRATCH_H
#define TRACECAP_SCRATCH_H

#include "kernel.h"

#define TC_PATH_MAX	4096
#define TC_PIVOT	8192
#define TC_SCRATCH_SIZE 32768
#define TC_START_MASK	(TC_PIVOT - 1)
#define TC_SIZE_MASK	(2 * TC_PIVOT - 1)

struct tc_scratch {
	char bytes[TC_SCRATCH_SIZE];
};

#ifdef TC_COMPAT
#define tc_keep_cpu()
#define tc_leave_cpu()
#else
/* Since Linux 6.10 (commit fc7566ad0a82). */
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;

/*
 * No other task has this CPU until tc_leave_cpu(). Since Linux 7.0 (commit a46023d5616e) programs
 * on other tracepoints than those of system calls may be preempted.
 */
static __always_inline void tc_keep_cpu(void)
{
	if (&bpf_preempt_disable)
		bpf_preempt_disable();
}

static __always_inline void tc_leave_cpu(void)
{
	if (&bpf_preempt_enable)
		bpf_preempt_enable();
}
#endif

#ifdef TC_SCRATCH_VALUE_SIZE
/*
 * For a source whose records are longer: an allocation of a per-CPU map has at most 32 KiB
 * (PCPU_MIN_UNIT_SIZE, linux/percpu.h), that of a map by number of the CPU has 4 MiB
 * (array_map_alloc_check(), kernel/bpf/arraymap.c). The loader gives it the entries, and values as
 * long as the source declares (cpuMaps in src/schema/define-source.ts).
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, TC_SCRATCH_VALUE_SIZE);
} scratch SEC(".maps");

static __always_inline struct tc_scratch *tc_get_scratch(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&scratch, &cpu);
}
#else
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tc_scratch);
} scratch SEC(".maps");

static __always_inline struct tc_scratch *tc_get_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}
#endif

#endif
