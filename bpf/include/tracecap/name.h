/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* A file's name as a program passed it, and the path that it stands for, laid around the pivot. */
#ifndef TRACECAP_NAME_H
#define TRACECAP_NAME_H

#include "path.h"

#define AT_FDCWD -100 /* linux/fcntl.h */

/* Appends a name behind the pivot. Its bytes, or TC_NO_TEXT where it cannot be read. */
static __always_inline __u32 tc_append_name(struct tc_scratch *text, const char *name,
					    tc_bool *truncated)
{
	/* one byte more than fits, and the NUL: so that a cut is seen */
	long len = bpf_probe_read_user_str(&text->bytes[TC_PIVOT], TC_PATH_MAX + 2, name);

	if (len < 0)
		return TC_NO_TEXT;
	if (len == 0) /* an empty name, up to 6.12 at least: without its NUL */
		return 0;
	if (len <= TC_PATH_MAX + 1)
		return len - 1;
	*truncated = true;
	return TC_PATH_MAX;
}

static __always_inline void tc_prepend_file(struct tc_walk *walk, struct task_struct *task, int fd)
{
	struct file *file = tc_file_of(task, fd);

	if (file)
		tc_prepend_path(walk, TC_READ(struct file, file, f_path.mnt),
				TC_READ(struct file, file, f_path.dentry));
}

/* Prepends the path of an opened file. False where it has none: a pipe, a memfd, a lost mount. */
static __always_inline bool tc_prepend_opened(struct tc_walk *walk, struct task_struct *task,
					      int fd)
{
	tc_prepend_file(walk, task, fd);
	if (!walk->reached)
		return false;
	if (walk->start == TC_PIVOT)
		walk->scratch->bytes[--walk->start] = '/';
	return true;
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
