/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Files by their descriptors. */
#ifndef TRACECAP_FILE_H
#define TRACECAP_FILE_H

#include "kernel.h"

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
