/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The path of a file, from the root of its mount namespace: bpf_d_path() is not allowed in
 * tracepoints, so the dentries are walked upwards, across mounts, as prepend_path() in fs/d_path.c
 * does. Without its locks. Each name is whole, and of one moment with its parent: d_seq tells
 * whether a rename came between (on arm64 the order of the loads is not enforced, so there it may
 * miss one). But two names of one path may be of two moments: a directory that is renamed or moved
 * during the walk can show the path with its upper part new and its lower part old, which never
 * existed. And where another thread unmounts or moves a mount meanwhile, the walk may end outside
 * any mount namespace, as if the file had no path.
 */
#ifndef TRACECAP_PATH_H
#define TRACECAP_PATH_H

#include "kernel.h"
#include "scratch.h"
#include "types.h"

#define TC_NAME_MAX 255 /* NAME_MAX, linux/limits.h */

#ifdef TC_COMPAT
/*
 * Before bpf_loop() (5.17, commit e6f2dd0f8067) the verifier follows every step on its own. It
 * takes 48 on 5.15, and needs 0.4 s for them on 6.18. Deeper paths are cut.
 */
#define TC_MAX_STEPS 48
#define TC_RENAMED   1 /* ends the walk: there are no steps to spare */
#else
/* 2,048 names of one byte fill 4,096 bytes; mounts add steps. */
#define TC_MAX_STEPS 2300
#define TC_RENAMED   0 /* all is as it was: the next step does it again */
#endif

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

/* Odd while a rename changes name and parent, and another number afterwards. */
static __always_inline __u32 tc_renames(struct dentry *dentry)
{
	return TC_READ(struct dentry, dentry, d_seq.seqcount.sequence);
}

/* Puts "/name" in front; gives where it starts, or 0 where it does not fit. */
static __always_inline __u32 tc_prepend(struct tc_walk *walk, struct dentry *dentry)
{
	const unsigned char *name = TC_READ(struct dentry, dentry, d_name.name);
	__u32 len = TC_READ(struct dentry, dentry, d_name.len);
	__u32 start;

	if (len > TC_NAME_MAX)
		len = TC_NAME_MAX;
	if (walk->start < len + 1 + TC_PIVOT - TC_PATH_MAX)
		return 0;
	start = (walk->start - len - 1) & TC_START_MASK;
	walk->scratch->bytes[start] = '/';
	barrier_var(len); /* else clang drops the mask, which the verifier wants to see */
	bpf_probe_read_kernel(&walk->scratch->bytes[start + 1], len & TC_NAME_MAX, name);
	return start;
}

/*
 * One step up: a name, or from the root of a mount to where it is mounted. 1 ends the walk. What
 * was read while a rename changed it is not used.
 */
static long tc_walk_step(__u64 index, struct tc_walk *walk)
{
	struct dentry *dentry = walk->dentry;
	struct mount *mount = walk->mount;
	struct dentry *parent;
	__u32 renames, start;

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
	renames = tc_renames(dentry);
	parent = TC_READ(struct dentry, dentry, d_parent);
	if (!parent || parent == dentry)
		return 1;
	start = tc_prepend(walk, dentry);
	if (renames & 1 || tc_renames(dentry) != renames)
		return TC_RENAMED;
	if (!start) {
		walk->truncated = true;
		walk->reached = true;
		return 1;
	}
	walk->start = start;
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
#ifdef TC_COMPAT
	for (int i = 0; i < TC_MAX_STEPS; i++) {
		/*
		 * What a helper wrote is unknown to the verifier. So all ways that lead here are
		 * alike to it, and it follows one of them instead of all.
		 */
		bpf_probe_read_kernel(&walk->dentry,
				      offsetof(struct tc_walk, reached) -
					  offsetof(struct tc_walk, dentry),
				      &walk->dentry);
		if (tc_walk_step(i, walk))
			return;
	}
#else
	if (bpf_loop(TC_MAX_STEPS, tc_walk_step, walk, 0) < TC_MAX_STEPS)
		return;
#endif
	walk->truncated = true;
	walk->reached = true;
}

#endif
