/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What a system call gives to its exit tracepoint, where a signal came between. */
#ifndef TRACECAP_RESULT_H
#define TRACECAP_RESULT_H

#include "types.h"

/*
 * linux/errno.h: what a signal ends a call with; programs never see these. The call fails with
 * EINTR or is restarted, as the signal's handler was set up; after ERESTARTNOINTR always restarted.
 */
#define ERESTARTSYS	      512
#define ERESTARTNOINTR	      513
#define ERESTARTNOHAND	      514
#define ERESTART_RESTARTBLOCK 516
#define EINTR		      4

/* Whether this is not the call's end: it is entered again at once. */
static __always_inline bool tc_entered_again(long ret)
{
	return ret == -ERESTARTNOINTR;
}

/* The result as a program may see it. */
static __always_inline tc_result tc_result_of(long ret)
{
	bool interrupted =
	    ret == -ERESTARTSYS || ret == -ERESTARTNOHAND || ret == -ERESTART_RESTARTBLOCK;

	return interrupted ? -EINTR : ret;
}

#endif
