/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The path of a file, from the root of its mount namespace: bpf_d_path() is not allowed in
 * tracepoints, so the dentries are walked upwards, across mounts, as prepend_path() in fs/d_path.c
 * does. Without its locks: a rename in the same instant may show in the middle of a path.
 */
#ifndef TRACECAP_PATH_H
#define TRACECAP_PATH_H

#include "kernel.h"
#include "types.h"

#define TC_PATH_MAX 4096
#define TC_NAME_MAX 255 /* NAME_MAX, linux/limits.h */

/*
 * A record under construction. Directory names are prepended before the pivot, text that follows
 * is appended behind it, and the fixed part is put in front at the end, so that the record is
 * contiguous however long its texts are. Offsets are masked for the verifier.
 */
#define TC_PIVOT	8192
#define TC_SCRATCH_SIZE (32768)
#define TC_START_MASK	(TC_PIVOT - 1)
#define TC_SIZE_MASK	(2 * TC_PIVOT - 1)

struct tc_scratch {
	char bytes[TC_SCRATCH_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tc_scratch);
} scratch SEC(".maps");

/* 2,048 names of one byte fill 4,096 bytes; mounts add steps. */
#define TC_MAX_STEPS 2300
/* Before bpf_loop() (5.17, commit e6f2dd0f8067) every step is verified on its own. */
#define TC_MAX_STEPS_UNROLLED 48

struct tc_walk {
	struct tc_scratch *scratch;
	struct dentry *dentry;
	struct dentry *mnt_root;
	struct mount *mount;
	__u32 start;	 /* of the path so far, counted from the scratch's begin */
	tc_bool reached; /* the root of a mount namespace */
	tc_bool truncated;
};

static __always_inline struct mount *tc_mount_of(struct vfsmount *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

/* Prepends "/name"; false where it does not fit. */
static __always_inline bool tc_prepend(struct tc_walk *walk, struct dentry *dentry)
{
	const unsigned char *name = TC_READ(struct dentry, dentry, d_name.name);
	__u32 len = TC_READ(struct dentry, dentry, d_name.len);
	__u32 start;

	if (len > TC_NAME_MAX)
		len = TC_NAME_MAX;
	if (walk->start < len + 1 + TC_PIVOT - TC_PATH_MAX)
		return false;
	start = (walk->start - len - 1) & TC_START_MASK;
	walk->scratch->bytes[start] = '/';
	barrier_var(len); /* else clang drops the mask, which the verifier wants to see */
	bpf_probe_read_kernel(&walk->scratch->bytes[start + 1], len & TC_NAME_MAX, name);
	walk->start = start;
	return true;
}

/* One step up: a name, or from the root of a mount to where it is mounted. 1 ends the walk. */
static long tc_walk_step(__u64 index, struct tc_walk *walk)
{
	struct dentry *dentry = walk->dentry;
	struct mount *mount = walk->mount;
	struct dentry *parent;

	if (dentry == walk->mnt_root) {
		struct mount *above = TC_READ(struct mount, mount, mnt_parent);

		if (above == mount) {
			/*
			 * The top. Pipes, sockets and memfds live in mounts of no
			 * namespace: NULL or ERR_PTR (MNT_NS_INTERNAL, fs/mount.h).
			 */
			__u64 mnt_ns = (__u64)TC_READ(struct mount, mount, mnt_ns);

			walk->reached = mnt_ns && mnt_ns < (__u64)-4095;
			return 1;
		}
		walk->dentry = TC_READ(struct mount, mount, mnt_mountpoint);
		walk->mount = above;
		walk->mnt_root = TC_READ(struct mount, above, mnt.mnt_root);
		return 0;
	}
	parent = TC_READ(struct dentry, dentry, d_parent);
	if (!parent || parent == dentry)
		return 1;
	if (!tc_prepend(walk, dentry)) {
		walk->truncated = true;
		walk->reached = true;
		return 1;
	}
	walk->dentry = parent;
	return 0;
}

/*
 * Prepends the path of a directory or file at walk->start; the root alone adds nothing. Tells in
 * walk->reached whether it has a path in a mount namespace: what was prepended is void otherwise.
 */
static __always_inline void tc_prepend_path(struct tc_walk *walk, struct vfsmount *mnt,
					    struct dentry *dentry)
{
	walk->dentry = dentry;
	walk->mount = tc_mount_of(mnt);
	walk->mnt_root = TC_READ(struct vfsmount, mnt, mnt_root);
	walk->reached = false;
	walk->truncated = false;
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)) {
		if (bpf_loop(TC_MAX_STEPS, tc_walk_step, walk, 0) < TC_MAX_STEPS)
			return;
	} else {
		for (int i = 0; i < TC_MAX_STEPS_UNROLLED; i++)
			if (tc_walk_step(i, walk))
				return;
	}
	walk->truncated = true;
	walk->reached = true;
}

/* The file behind a descriptor of the current task, or NULL. */
static __always_inline struct file *tc_file_of(struct task_struct *task, int fd)
{
	struct fdtable *fdt = task->files->fdt;
	struct file *file = NULL;

	if (fd < 0 || (unsigned int)fd >= fdt->max_fds)
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), fdt->fd + fd);
	return file;
}

#endif
