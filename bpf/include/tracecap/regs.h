/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arguments of a system call, when it returns: they still lie where they were passed. So a call
 * needs no program at its entry, which it may not even have: what seccomp denies is seen to end,
 * not to begin (kernel/entry/common.c). bpf_task_pt_regs() is there since Linux 5.15.
 */
#ifndef TRACECAP_REGS_H
#define TRACECAP_REGS_H

#include "kernel.h"

#if defined(__TARGET_ARCH_x86)

#define NR_EXECVEAT 322 /* arch/x86/entry/syscalls/syscall_64.tbl */

struct pt_regs {
	unsigned long di;
	unsigned long si;
	unsigned long dx;
	unsigned long r8;
} __attribute__((preserve_access_index));

#define TC_ARG1(regs) ((regs)->di)
#define TC_ARG2(regs) ((regs)->si)
#define TC_ARG3(regs) ((regs)->dx)
#define TC_ARG5(regs) ((regs)->r8)

#elif defined(__TARGET_ARCH_arm64)

#define NR_EXECVEAT 281 /* asm-generic/unistd.h */

/* regs[0] holds the result by now. */
struct pt_regs {
	unsigned long long regs[31];
	unsigned long long orig_x0;
} __attribute__((preserve_access_index));

#define TC_ARG1(regs) ((regs)->orig_x0)
#define TC_ARG2(regs) ((regs)->regs[1])
#define TC_ARG3(regs) ((regs)->regs[2])
#define TC_ARG5(regs) ((regs)->regs[4])

#else
#error "say here where this architecture passes the arguments of system calls"
#endif

static __always_inline struct pt_regs *tc_call_regs(struct task_struct *task)
{
	return (struct pt_regs *)bpf_task_pt_regs(task);
}

#endif
