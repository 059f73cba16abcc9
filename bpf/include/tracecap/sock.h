/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* TCP sockets: what the kernel knows of them, and their addresses as events have them. */
#ifndef TRACECAP_SOCK_H
#define TRACECAP_SOCK_H

#include "endpoint.h"
#include "file.h"

/* linux/net.h, linux/in.h, linux/stat.h: numbers that programs see, too */
#define SOCK_STREAM   1
#define IPPROTO_TCP   6
#define IPPROTO_MPTCP 262
#define S_IFMT	      0170000
#define S_IFSOCK      0140000

/* asm-generic/errno-base.h, asm-generic/errno.h */
#define ENOENT	      2
#define EADDRNOTAVAIL 99
#define ENETDOWN      100
#define ENETUNREACH   101
#define ECONNABORTED  103
#define ECONNRESET    104
#define EISCONN	      106
#define ETIMEDOUT     110
#define ECONNREFUSED  111
#define EHOSTDOWN     112
#define EHOSTUNREACH  113
#define EALREADY      114
#define EINPROGRESS   115

/* include/net/tcp_states.h: programs see them in /proc/net/tcp */
#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT	2
#define TCP_SYN_RECV	3
#define TCP_CLOSE	7

/* linux/net.h */
typedef enum {
	SS_UNCONNECTED = 1,
} socket_state;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct in6_addr {
	union {
		__u8 u6_addr8[TC_IP_LEN];
	} in6_u;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	int sk_err;
	__u16 sk_type;
	__u16 sk_protocol;
};

struct inet_sock {
	__be16 inet_sport; /* stays when the socket is closed, unlike skc_num */
};

struct tcp_sock {
	__u32 segs_out;
	__u32 srtt_us; /* eight times the smoothed round trip */
	__u32 total_retrans;
	__u8 fastopen_connect : 1;
	__u8 syn_data : 1;
};

struct socket {
	socket_state state;
	struct sock *sk;
};

struct bpf_iter__bpf_sk_storage_map {
	struct sock *sk;
	void *value;
};

#pragma clang attribute pop

/* The socket's own address; null where it has none yet. */
static __always_inline void tc_set_local_ip(tc_ip ip, struct sock *sk)
{
	__be32 v4 = TC_READ(struct sock, sk, __sk_common.skc_rcv_saddr);

	if (TC_READ(struct sock, sk, __sk_common.skc_family) == AF_INET6)
		BPF_CORE_READ_INTO((struct in6_addr *)ip, sk, __sk_common.skc_v6_rcv_saddr);
	else if (v4)
		tc_set_ip_v4(ip, v4);
}

/* The address that it is, or tries to be, connected to. */
static __always_inline void tc_set_remote_ip(tc_ip ip, struct sock *sk)
{
	if (TC_READ(struct sock, sk, __sk_common.skc_family) == AF_INET6)
		BPF_CORE_READ_INTO((struct in6_addr *)ip, sk, __sk_common.skc_v6_daddr);
	else
		tc_set_ip_v4(ip, TC_READ(struct sock, sk, __sk_common.skc_daddr));
}

static __always_inline tc_port tc_local_port(struct sock *sk)
{
	return bpf_ntohs(TC_READ(struct inet_sock, sk, inet_sport));
}

static __always_inline tc_port tc_remote_port(struct sock *sk)
{
	return bpf_ntohs(TC_READ(struct sock, sk, __sk_common.skc_dport));
}

/* Inode number of the socket's network namespace. */
static __always_inline tc_ns tc_netns_of(struct sock *sk)
{
	struct net *net = TC_READ(struct sock, sk, __sk_common.skc_net.net);

	return TC_READ(struct net, net, ns.inum);
}

static __always_inline bool tc_is_tcp(struct sock *sk)
{
	__u16 family = TC_READ(struct sock, sk, __sk_common.skc_family);
	__u16 protocol = TC_READ(struct sock, sk, sk_protocol);

	return (family == AF_INET || family == AF_INET6) &&
	       TC_READ(struct sock, sk, sk_type) == SOCK_STREAM &&
	       (protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP);
}

/* The socket behind a descriptor of the current task, or NULL. */
static __always_inline struct socket *tc_socket_of(struct task_struct *task, int fd)
{
	struct file *file = tc_file_of(task, fd);
	struct inode *inode;

	if (!file)
		return NULL;
	inode = TC_READ(struct file, file, f_inode);
	/* a socket's name in a file system can only be opened with O_PATH; it has no private data
	 */
	if ((TC_READ(struct inode, inode, i_mode) & S_IFMT) != S_IFSOCK)
		return NULL;
	return TC_READ(struct file, file, private_data);
}

#endif
