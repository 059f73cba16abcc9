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

typedef struct {
	struct seqcount_spinlock seqcount;
} seqlock_t;

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

struct inode {
	unsigned short i_mode;
};

struct file {
	struct path f_path;
	struct inode *f_inode;
	void *private_data;
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

struct list_head {
	struct list_head *next;
};

struct kernfs_node {
	__u64 id;
};

struct cgroup_root {
	int hierarchy_id;
};

struct cgroup {
	struct kernfs_node *kn;
	struct cgroup_root *root;
};

struct css_set {
	struct cgroup *dfl_cgrp; /* of the default hierarchy: cgroup v2 */
};

typedef struct {
	unsigned int val;
} kuid_t;

struct cred {
	kuid_t uid;
};

struct mm_struct {
	unsigned long arg_start;
	unsigned long arg_end;
};

struct linux_binprm {
	const char *filename;
	const char *interp;
};

struct sched_entity {
	__u64 sum_exec_runtime;
};

typedef struct {
	int counter;
} atomic_t;

/* What was last told of CPU time: it must not go back. */
struct prev_cputime {
	__u64 utime;
	__u64 stime;
};

struct signal_struct {
	atomic_t live;
	struct list_head thread_head;
	int group_exit_code;
	unsigned int flags;
	seqlock_t stats_lock; /* held while a thread is released */
	__u64 utime;	      /* of threads that have been released */
	__u64 stime;
	struct prev_cputime prev_cputime;
	unsigned long long sum_sched_runtime;
	unsigned long maxrss; /* pages */
};

struct task_struct {
	unsigned int flags;
	int pid;
	int tgid;
	int exit_code;
	struct sched_entity se;
	__u64 utime;
	__u64 stime;
	struct prev_cputime prev_cputime;
	__u64 start_boottime;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct list_head thread_node;
	struct pid *thread_pid;
	const struct cred *cred;
	char comm[16];
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct mm_struct *mm;
	struct fs_struct *fs;
	struct files_struct *files;
	struct css_set *cgroups;
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

/* Since Linux 6.16: before it, the tracepoint was one of sched_process_template's. */
struct trace_event_raw_sched_process_exit {
	int pid;
};

struct seq_file {
	char *buf;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
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
