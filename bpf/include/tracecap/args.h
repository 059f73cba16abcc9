/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Arguments of a program, appended to a record under construction. Never what lies behind them: the
 * environment.
 */
#ifndef TRACECAP_ARGS_H
#define TRACECAP_ARGS_H

#ifdef TRACECAP_SCRATCH_H
#error "include args.h before what includes scratch.h"
#endif

/* Bytes of all arguments, with their NULs, that an event has room for; the loader sets it. */
#define TC_ARGS_SIZE 32768

/* The texts before the arguments, and twice the room for these: see tc_args_end(). */
#define TC_SCRATCH_VALUE_SIZE (3 * TC_PIVOT + 2 * TC_ARGS_SIZE)

#include "name.h"
#include "task.h"

const volatile __u32 tc_args_size = TC_ARGS_SIZE;

#ifdef TC_COMPAT
/* Without bpf_loop() the verifier follows each step (see TC_MAX_STEPS). What is beyond is cut. */
#define TC_MAX_ARGS   64
#define TC_MAX_PIECES 64
#else
#define TC_MAX_ARGS   32768
#define TC_MAX_PIECES 1024
#endif

struct tc_args {
	struct tc_scratch *scratch;
	__u64 from;   /* where they lie in the program */
	__u32 behind; /* where they are put, behind the pivot */
	__u32 room;
	__u32 size; /* of what was put there so far */
	tc_bool truncated;
};

/*
 * Where the next bytes are put. The verifier does not see that what is there and what comes have
 * one room together: to it, each has its own.
 */
static __always_inline char *tc_args_end(struct tc_args *args, __u32 size)
{
	return TC_BEHIND(args->scratch, args->behind) + size;
}

/* Copies up to the end of a page. 1 ends it: all is there, or the page cannot be read. */
static long tc_copy_piece(__u64 index, struct tc_args *args)
{
	__u32 size = args->size;
	__u32 room = args->room;
	__u64 from = args->from;
	__u64 piece = tc_page_size - (from & (tc_page_size - 1));

	if (size >= room || room > tc_args_size)
		return 1;
	if (piece > room - size)
		piece = room - size;
	if (size > tc_args_size || piece > tc_args_size)
		return 1;
	if (bpf_probe_read_user(tc_args_end(args, size), piece, (void *)from)) {
		args->truncated = true;
		return 1;
	}
	args->size = size + piece;
	args->from = from + piece;
	return 0;
}

/* Copies the argument that from points to. 1 ends it: there is none, no room, or no way to read. */
static long tc_copy_argument(__u64 index, struct tc_args *args)
{
	const char *argument;
	__u32 size = args->size;
	__u32 left;
	long len;

	args->truncated = true;
	if (bpf_probe_read_user(&argument, sizeof(argument), (void *)args->from))
		return 1;
	if (!argument) {
		args->truncated = false;
		return 1;
	}
	if (size > tc_args_size)
		return 1;
	left = tc_args_size - size;
	/* one byte more than fits: so that a cut is seen */
	len = bpf_probe_read_user_str(tc_args_end(args, size), left + 1, argument);
	if (len < 0)
		return 1;
	if (len == 0) { /* an empty one, up to 6.12 at least: without its NUL */
		*tc_args_end(args, size) = 0;
		len = 1;
	}
	if (len > left) {
		args->size = tc_args_size;
		return 1;
	}
	args->size = size + len;
	args->from += sizeof(argument);
	return 0;
}

#ifdef TC_COMPAT
/* What a helper wrote is unknown to the verifier: see tc_prepend_path(). */
#define TC_EACH_ARG(count, step, args)                                                             \
	({                                                                                         \
		int done = 0;                                                                      \
                                                                                                   \
		for (int i = 0; i < (count) && !done; i++) {                                       \
			bpf_probe_read_kernel(&(args)->from,                                       \
					      sizeof(*(args)) - offsetof(struct tc_args, from),    \
					      &(args)->from);                                      \
			done = step(i, args);                                                      \
		}                                                                                  \
		done;                                                                              \
	})
#else
#define TC_EACH_ARG(count, step, args) (bpf_loop(count, step, args, 0) < (count))
#endif

/* The arguments of a program that has just begun, which lie in one piece, to the end of it. */
static __always_inline void tc_copy_arg_area(struct tc_args *args, __u64 end)
{
	__u64 size = end - args->from;

	if (size > tc_args_size) {
		size = tc_args_size;
		args->truncated = true;
	}
	if (!bpf_probe_read_user(tc_args_end(args, 0), size, (void *)args->from)) {
		args->size = size;
		return;
	}
	args->room = size;
	TC_EACH_ARG(TC_MAX_PIECES, tc_copy_piece, args);
	if (args->size < size)
		args->truncated = true;
}

/* The arguments that were passed to execve(): an array of pointers, NULL at its end. */
static __always_inline void tc_copy_arg_array(struct tc_args *args)
{
	if (args->from && !TC_EACH_ARG(TC_MAX_ARGS, tc_copy_argument, args))
		args->truncated = true;
}

#endif
