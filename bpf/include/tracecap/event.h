/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * How an event leaves the kernel, and how one that cannot is counted.
 *
 * Maps whose names begin with tc_ are shared by all objects of a recording: the loader creates
 * them once. Globals named tc_* are set by the loader before the object is loaded.
 */
#ifndef TRACECAP_EVENT_H
#define TRACECAP_EVENT_H

#include "kernel.h"
#include "types.h"

/* Two rings, so that a flood in one never costs an event of the other. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} tc_flood SEC(".maps"); /* opens, allocations */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} tc_rare SEC(".maps"); /* exec, exit, connect */

/* What precedes an event in a ring: whose it is, and its bytes. */
struct tc_record {
	__u32 source;
	__u32 size;
};

/* The number by which the recorder knows this object's source. */
const volatile __u32 tc_source = 0;

/* Unread bytes at which a ring wakes its reader; below it, the reader's own timer does. */
const volatile __u64 tc_wakeup_bytes = 0;

enum tc_loss {
	tc_loss_ring_full,
	tc_loss_map_full,
	tc_loss_count,
};

/* Events lost since the object was loaded, by reason; the recorder maps it and reads along. */
__u64 tc_lost[tc_loss_count];

/*
 * Set when the recording ends: detaching the hooks one by one takes the kernel a good half second,
 * and all sources are to end in the same moment.
 */
volatile tc_bool tc_stopped;

static __always_inline void tc_count_loss(enum tc_loss reason)
{
	__sync_fetch_and_add(&tc_lost[reason], 1);
}

/*
 * From one reading of the clock to another, never negative: the clock that tracepoints may ask can
 * be behind for an instant (ktime_get_mono_fast_ns(), kernel/time/timekeeping.c).
 */
static __always_inline tc_duration_ns tc_time_since(tc_time_ns begin, tc_time_ns end)
{
	return end > begin ? end - begin : 0;
}

/*
 * Sends size bytes that begin with struct tc_record. A wake-up an event would cost as much as
 * the event (a caught-up reader is woken by each), so only the record that crosses the watermark
 * wakes; if two CPUs cross it together and neither does, the reader's timer still comes.
 */
static __always_inline void tc_send(void *ring, const void *record, __u32 size)
{
	__u64 unread = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	__u64 flags = BPF_RB_NO_WAKEUP;
	/* what the ring takes for it: a header, and all of it in steps of eight bytes */
	__u64 step = (size + BPF_RINGBUF_HDR_SZ + 7) & ~7ULL;

	if (unread < tc_wakeup_bytes && unread + step >= tc_wakeup_bytes)
		flags = BPF_RB_FORCE_WAKEUP;
	if (bpf_ringbuf_output(ring, (void *)record, size, flags))
		tc_count_loss(tc_loss_ring_full);
}

/* Puts the struct into BTF: clang leaves out what is used only on the stack. */
#define TC_EVENT(type) const struct type *tc_event_##type __attribute__((unused))

#endif
