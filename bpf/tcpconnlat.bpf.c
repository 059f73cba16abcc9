// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * TCP connections made, and attempts that failed: a row for each, when its outcome is known. What
 * tells is the socket's state and never the packet: an answer may be a reset. An attempt lies in
 * the storage of its own socket, gone with it: no other socket can be taken for it.
 *
 * A connect that fails before its socket leaves TCP_CLOSE (no route, not allowed) is only seen in
 * what connect(2) returns. Those of io_uring and of 32-bit programs, which these tracepoints do not
 * see, then have no row.
 */
#include "tracecap/result.h"
#include "tracecap/sock.h"
#include "tracecap/task.h"

enum tcpconnlat_outcome {
	tcpconnlat_outcome_ok,
	tcpconnlat_outcome_refused,
	tcpconnlat_outcome_timeout,
	tcpconnlat_outcome_unreachable,
	tcpconnlat_outcome_reset,
	tcpconnlat_outcome_aborted,
	tcpconnlat_outcome_pending,
	tcpconnlat_outcome_error,
} __attribute__((packed));

struct tcpconnlat_event {
	TC_EVENT_HEADER;
	tc_ns netns;
	tc_duration_ns latency_ns;
	tc_ip saddr;
	tc_ip daddr;
	tc_result ret;
	tc_count syn_retransmits;
	tc_port sport;
	tc_port dport;
	tc_ip_version ip_version;
	enum tcpconnlat_outcome outcome;
	char tail[]; /* empty: it is here so that no hole ends the struct */
};
TC_EVENT(tcpconnlat_event);

#define FIXED_SIZE offsetof(struct tcpconnlat_event, tail)

/* --tcpconnlat-min */
const volatile tc_duration_ns tcpconnlat_min_ns = 0;

/* --tcpconnlat-4, --tcpconnlat-6 */
const volatile tc_bool tcpconnlat_only_v4 = 0;
const volatile tc_bool tcpconnlat_only_v6 = 0;

/* --tcpconnlat-dport, -lport, -daddr: one of these; zeros end a list, an empty one lets all pass */
const volatile tc_port tcpconnlat_dports[TC_MAX_CHOICES] = {};
const volatile tc_port tcpconnlat_lports[TC_MAX_CHOICES] = {};
const volatile __u64 tcpconnlat_daddrs[TC_MAX_CHOICES][2] = {};

/* The event with what precedes it in the ring. */
struct tcpconnlat_record {
	struct tc_record record;
	struct tcpconnlat_event event;
};

/* A socket on its way from the SYN to an outcome. */
struct attempt {
	/* what the socket had counted before, when it was used for other attempts */
	__u32 segs_out;
	__u32 total_retrans;
	tc_bool may_defer; /* TCP_FASTOPEN_CONNECT: the SYN may wait for the first write */
	struct tcpconnlat_record record;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct attempt);
} attempts SEC(".maps");

/* A connect(2) on its way, in the storage of its own thread: nobody else can reach it. */
struct connect_call {
	__u64 started; /* 0: none */
	const void *address;
	__u32 address_size;
	tc_bool closed;	   /* the socket was, without an error: the call will return it */
	struct sock *sock; /* the one that left TCP_CLOSE in this call; never followed */
	struct tcpconnlat_record record;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct connect_call);
} calls SEC(".maps");

/* The connect(2) that the current thread is in, or NULL. */
static __always_inline struct connect_call *current_call(void)
{
	struct connect_call *call = bpf_task_storage_get(&calls, bpf_get_current_task_btf(), 0, 0);

	return call && call->started ? call : NULL;
}

static __always_inline bool version_wanted(tc_ip_version version)
{
	if (!tcpconnlat_only_v4 && !tcpconnlat_only_v6)
		return true;
	return version == 4 ? tcpconnlat_only_v4 : tcpconnlat_only_v6;
}

static __always_inline bool row_wanted(const struct tcpconnlat_event *event)
{
	if (tc_failed_only && event->outcome == tcpconnlat_outcome_ok)
		return false;
	if (tcpconnlat_min_ns &&
	    (event->latency_ns == TC_NO_DURATION || event->latency_ns < tcpconnlat_min_ns))
		return false;
	return version_wanted(event->ip_version) && tc_ip_wanted(tcpconnlat_daddrs, event->daddr) &&
	       tc_port_wanted(tcpconnlat_dports, event->dport) &&
	       tc_port_wanted(tcpconnlat_lports, event->sport);
}

static __always_inline void send(struct tcpconnlat_record *record)
{
	if (!row_wanted(&record->event))
		return;
	record->record.source = tc_source;
	record->record.size = FIXED_SIZE;
	tc_send(&tc_rare, record, sizeof(record->record) + FIXED_SIZE);
}

static __always_inline enum tcpconnlat_outcome outcome_of(int error)
{
	switch (error) {
	case 0:
		return tcpconnlat_outcome_ok;
	case ECONNREFUSED:
		return tcpconnlat_outcome_refused;
	case ETIMEDOUT:
		return tcpconnlat_outcome_timeout;
	case ENETDOWN:
	case ENETUNREACH:
	case EHOSTDOWN:
	case EHOSTUNREACH:
		return tcpconnlat_outcome_unreachable;
	case ECONNRESET:
		return tcpconnlat_outcome_reset;
	case ECONNABORTED:
		return tcpconnlat_outcome_aborted;
	case EINPROGRESS:
		return tcpconnlat_outcome_pending;
	default:
		return tcpconnlat_outcome_error;
	}
}

static __always_inline void set_outcome(struct tcpconnlat_event *event, int error)
{
	event->ret = -error;
	event->outcome = outcome_of(error);
}

/* In the caller's context: the addresses are set, the port of its own is not yet chosen. */
static __always_inline void begin(struct sock *sk)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connect_call *call;
	struct attempt *attempt;
	struct tcpconnlat_event *event;

	/* MPTCP has a socket of its own above that of TCP */
	if (sk->sk_protocol != IPPROTO_TCP || !tc_wanted(task))
		return;
	attempt = bpf_sk_storage_get(&attempts, sk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!attempt) {
		tc_count_loss(tc_loss_map_full);
		return;
	}
	attempt->segs_out = TC_READ(struct tcp_sock, sk, segs_out);
	attempt->total_retrans = TC_READ(struct tcp_sock, sk, total_retrans);
	attempt->may_defer = BPF_CORE_READ_BITFIELD_PROBED((struct tcp_sock *)sk, fastopen_connect);
	event = &attempt->record.event;
	event->ts = bpf_ktime_get_boot_ns();
	tc_describe_task(event, task);
	event->netns = tc_netns_of(sk);
	tc_set_local_ip(event->saddr, sk);
	tc_set_remote_ip(event->daddr, sk);
	event->dport = tc_remote_port(sk);
	event->ip_version = tc_is_v4_mapped(event->daddr) ? 4 : 6;
	call = current_call();
	if (call)
		call->sock = sk;
}

/* Takes the attempt from its socket. False where there is none: an attempt has one end. */
static __always_inline bool take(struct attempt *taken, struct sock *sk)
{
	struct attempt *attempt = bpf_sk_storage_get(&attempts, sk, 0, 0);

	if (!attempt)
		return false;
	*taken = *attempt;
	return bpf_sk_storage_delete(&attempts, sk) != -ENOENT;
}

/* What the socket knows in the end; inet_sport stays when a socket is closed, unlike skc_num. */
static __always_inline void note_end(struct attempt *attempt, struct sock *sk)
{
	struct tcpconnlat_event *event = &attempt->record.event;

	event->sport = tc_local_port(sk);
	event->syn_retransmits =
	    TC_READ(struct tcp_sock, sk, total_retrans) - attempt->total_retrans;
	event->latency_ns = TC_NO_DURATION;
}

/*
 * How long it took. Where the SYN carried the data of a write that came later
 * (TCP_FASTOPEN_CONNECT), only the first measured round trip tells, which there is if the first SYN
 * was answered.
 */
static __always_inline void measure(struct attempt *attempt, struct sock *sk, bool established)
{
	struct tcpconnlat_event *event = &attempt->record.event;
	__u64 now = bpf_ktime_get_boot_ns();

	if (attempt->may_defer && BPF_CORE_READ_BITFIELD_PROBED((struct tcp_sock *)sk, syn_data)) {
		__u64 round_trip = (__u64)(TC_READ(struct tcp_sock, sk, srtt_us) >> 3) * 1000;

		if (!established || event->syn_retransmits || !round_trip)
			return;
		event->latency_ns = round_trip;
		event->ts = now - round_trip;
		return;
	}
	/* the clock is one, but read without a lock: it may differ between CPUs by some ns */
	event->latency_ns = tc_time_since(event->ts, now);
}

static __always_inline void end(struct sock *sk, int state)
{
	struct attempt attempt;
	struct connect_call *call;
	bool sent;
	int error = state == TCP_ESTABLISHED ? 0 : sk->sk_err;

	if (!take(&attempt, sk))
		return;
	note_end(&attempt, sk);
	sent = TC_READ(struct tcp_sock, sk, segs_out) != attempt.segs_out;
	if (sent)
		measure(&attempt, sk, state == TCP_ESTABLISHED);
	if (state != TCP_ESTABLISHED && !error) {
		/* Where its own connect() gives up (no free port, no route), that tells why. */
		call = current_call();
		if (call && call->sock == sk) {
			call->record = attempt.record;
			call->closed = true;
			return;
		}
		/* Closed by the program, or by its end; or the same from sendto() or io_uring. */
		error = sent || attempt.may_defer ? ECONNABORTED : EADDRNOTAVAIL;
	}
	set_outcome(&attempt.record.event, error);
	send(&attempt.record);
}

/*
 * Two programs on one tracepoint: the kernel leaves out a run of a program that is already at work
 * on this CPU, and an answer may come in an interrupt while another connect begins.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcpconnlat_begin, struct sock *sk, int from, int to)
{
	if (from == TCP_CLOSE && to == TCP_SYN_SENT)
		begin(sk);
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tcpconnlat_end, struct sock *sk, int from, int to)
{
	/* SYN_SENT to SYN_RECV: both ends connect to each other at once */
	if ((from == TCP_SYN_SENT && to != TCP_SYN_RECV) || from == TCP_SYN_RECV)
		end(sk, to);
	return 0;
}

/*
 * Run by the recorder when the recording ends: what still has no outcome. Where the end itself was
 * left out, the socket's state tells of a success; a failure is counted as recursion only.
 */
SEC("iter/bpf_sk_storage_map")
int tcpconnlat_pending(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct sock *sk = ctx->sk;
	struct attempt attempt;
	__u8 state;

	if (!sk || !take(&attempt, sk))
		return 0;
	state = sk->__sk_common.skc_state;
	if (state == TCP_CLOSE)
		return 0;
	note_end(&attempt, sk);
	set_outcome(&attempt.record.event,
		    state == TCP_SYN_SENT || state == TCP_SYN_RECV ? EINPROGRESS : 0);
	send(&attempt.record);
	return 0;
}

/*
 * Notes a call that begins a connect. One on a socket that is already connecting does not: it
 * returns how the first one went.
 */
SEC("tp/syscalls/sys_enter_connect")
int tcpconnlat_enter(struct syscall_trace_enter *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct connect_call *call;
	struct tcpconnlat_event *event;
	struct socket *socket;
	struct sock *sk;

	if (!tc_wanted(task))
		return 0;
	socket = tc_socket_of(task, ctx->args[0]);
	if (!socket || TC_READ(struct socket, socket, state) != SS_UNCONNECTED)
		return 0;
	sk = TC_READ(struct socket, socket, sk);
	if (!tc_is_tcp(sk))
		return 0;
	call = bpf_task_storage_get(&calls, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!call) {
		tc_count_loss(tc_loss_map_full);
		return 0;
	}
	__builtin_memset(call, 0, sizeof(*call));
	call->started = bpf_ktime_get_boot_ns();
	call->address = (const void *)ctx->args[1];
	call->address_size = ctx->args[2];
	event = &call->record.event;
	event->netns = tc_netns_of(sk);
	event->sport = tc_local_port(sk);
	tc_set_local_ip(event->saddr, sk);
	return 0;
}

/* The call failed, and the socket never left TCP_CLOSE. */
static __always_inline void end_unsent(struct connect_call *call, int error)
{
	struct tcpconnlat_event *event = &call->record.event;

	/* EISCONN: it listens. None of these is a connect that was tried. */
	if (error == EISCONN || error == EALREADY || error == EINPROGRESS || error == EINTR)
		return;
	if (!tc_read_address(call->address, call->address_size, event->daddr, &event->dport))
		return;
	event->ip_version = tc_is_v4_mapped(event->daddr) ? 4 : 6;
	event->ts = call->started;
	event->latency_ns = TC_NO_DURATION;
	tc_describe_task(event, bpf_get_current_task_btf());
	set_outcome(event, error);
	send(&call->record);
}

SEC("tp/syscalls/sys_exit_connect")
int tcpconnlat_exit(struct syscall_trace_exit *ctx)
{
	struct connect_call *call = current_call();
	tc_result ret = tc_result_of(ctx->ret);

	if (!call || tc_entered_again(ctx->ret))
		return 0;
	if (call->closed) {
		/* It was taken away from under the call: the call returns something else then. */
		set_outcome(&call->record.event, ret < 0 && ret != -EINTR ? -ret : ECONNABORTED);
		send(&call->record);
	} else if (!call->sock && ret < 0) {
		end_unsent(call, -ret);
	}
	call->started = 0;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
