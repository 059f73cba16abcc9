/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file's name as a program passed it, and the path that it stands for, laid around the pivot. */
#ifndef TRACECAP_NAME_H
#define TRACECAP_NAME_H

#include "file.h"
#include "path.h"

#define AT_FDCWD -100 /* linux/fcntl.h */

/* Where text is appended: so many bytes behind the pivot. */
#define TC_BEHIND(scratch, bytes_behind)                                                           \
	(&(scratch)->bytes[TC_PIVOT + ((bytes_behind)&TC_SIZE_MASK)])

/* One byte more than fits, and the NUL: so that a cut is seen. */
#define TC_NAME_ROOM (TC_PATH_MAX + 2)

/* The bytes of a name, by what the helper that copied it into TC_NAME_ROOM gave. */
static __always_inline __u32 tc_name_size(long len, tc_bool *truncated)
{
	if (len < 0)
		return TC_NO_TEXT;
	if (len == 0) /* an empty name, up to 6.12 at least: without its NUL */
		return 0;
	if (len <= TC_PATH_MAX + 1)
		return len - 1;
	*truncated = true;
	return TC_PATH_MAX;
}

/* Appends a name of the program's. Its bytes, or TC_NO_TEXT where it cannot be read. */
static __always_inline __u32 tc_append_name(struct tc_scratch *scratch, __u32 behind,
					    const char *name, tc_bool *truncated)
{
	return tc_name_size(bpf_probe_read_user_str(TC_BEHIND(scratch, behind), TC_NAME_ROOM, name),
			    truncated);
}

/* The same with a name that lies in the kernel. */
static __always_inline __u32 tc_append_kernel_name(struct tc_scratch *scratch, __u32 behind,
						   const char *name, tc_bool *truncated)
{
	return tc_name_size(
	    bpf_probe_read_kernel_str(TC_BEHIND(scratch, behind), TC_NAME_ROOM, name), truncated);
}

static __always_inline void tc_prepend_file(struct tc_walk *walk, struct task_struct *task, int fd)
{
	struct file *file = tc_file_of(task, fd);

	if (file)
		tc_prepend_path(walk, TC_READ(struct file, file, f_path.mnt),
				TC_READ(struct file, file, f_path.dentry));
}

/* Whether there is a path; that of the root is "/". */
static __always_inline bool tc_end_path(struct tc_walk *walk)
{
	if (!walk->reached)
		return false;
	if (walk->start == TC_PIVOT)
		walk->scratch->bytes[--walk->start] = '/';
	return true;
}

/* Prepends the path of an opened file. False where it has none: a pipe, a memfd, a lost mount. */
static __always_inline bool tc_prepend_opened(struct tc_walk *walk, struct task_struct *task,
					      int fd)
{
	tc_prepend_file(walk, task, fd);
	return tc_end_path(walk);
}

/* Prepends the current directory's path. False where it has none. */
static __always_inline bool tc_prepend_cwd(struct tc_walk *walk, struct task_struct *task)
{
	tc_prepend_path(walk, task->fs->pwd.mnt, task->fs->pwd.dentry);
	return tc_end_path(walk);
}

/* Prepends "directory/" to a relative name, "?/" where the directory is not known. */
static __always_inline void tc_prepend_directory(struct tc_walk *walk, struct task_struct *task,
						 int dirfd)
{
	walk->scratch->bytes[TC_PIVOT - 1] = '/';
	walk->start = TC_PIVOT - 1;
	if (dirfd == AT_FDCWD || dirfd == TC_NO_FD)
		tc_prepend_path(walk, task->fs->pwd.mnt, task->fs->pwd.dentry);
	else
		tc_prepend_file(walk, task, dirfd);
	if (!walk->reached) {
		walk->scratch->bytes[TC_PIVOT - 2] = '?';
		walk->start = TC_PIVOT - 2;
	}
}

#endif
