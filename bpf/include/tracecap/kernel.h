/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel's structs, as far as we read them. CO-RE moves each access to where the running
 * kernel has the member, so order and completeness do not matter here, names do.
 */
#ifndef TRACECAP_KERNEL_H
#define TRACECAP_KERNEL_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[];
};

struct mnt_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct mnt_namespace *mnt_ns;
};

struct qstr {
	__u32 len;
	const unsigned char *name;
};

struct seqcount {
	unsigned int sequence;
};

struct seqcount_spinlock {
	struct seqcount seqcount;
};

struct dentry {
	struct seqcount_spinlock d_seq;
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
	struct mnt_namespace *mnt_ns;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct fs_struct {
	struct path pwd;
};

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct nsproxy *nsproxy;
	struct fs_struct *fs;
	struct files_struct *files;
};

/* Contexts of the syscalls tracepoints; trace_event_raw_* have other layouts on RT kernels. */
struct syscall_trace_enter {
	int nr;
	unsigned long args[];
};

struct syscall_trace_exit {
	int nr;
	long ret;
};

struct bpf_iter__task {
	struct task_struct *task;
};

#pragma clang attribute pop

/*
 * TC_READ(type, pointer, member): a member of a struct that the verifier does not know the pointer
 * of. One load where the kernel has the cast, a call of bpf_probe_read_kernel() (tens of ns)
 * elsewhere.
 */
#ifdef TC_COMPAT
/* Before 5.16 a program with a call of a kfunc is refused, though the call can never be reached. */
#define TC_READ(type, pointer, member) BPF_CORE_READ((type *)(pointer), member)
#else
/* Since Linux 6.2 (commit a35b9af4ec2c): a pointer that the verifier lets us follow, read-only. */
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;

#define TC_READ(type, pointer, member)                                                             \
	(&bpf_rdonly_cast                                                                          \
	     ? ((type *)bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(type)))->member           \
	     : BPF_CORE_READ((type *)(pointer), member))
#endif

#endif
