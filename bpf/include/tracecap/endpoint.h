/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Addresses and ports as events have them: from what programs pass, and among what users choose. */
#ifndef TRACECAP_ENDPOINT_H
#define TRACECAP_ENDPOINT_H

#include <bpf/bpf_endian.h>

#include "kernel.h"
#include "types.h"

/* linux/socket.h */
#define AF_INET	 2
#define AF_INET6 10

/* ::ffff:0:0/96 */
static __always_inline bool tc_is_v4_mapped(const tc_ip ip)
{
	const __u32 *words = (const __u32 *)ip;

	return !words[0] && !words[1] && words[2] == bpf_htonl(0xffff);
}

static __always_inline void tc_set_ip_v4(tc_ip ip, __be32 address)
{
	__u32 *words = (__u32 *)ip;

	words[0] = 0;
	words[1] = 0;
	words[2] = bpf_htonl(0xffff);
	words[3] = address;
}

/* How struct sockaddr_in and struct sockaddr_in6 begin (linux/in.h, linux/in6.h). */
struct tc_address_start {
	__u16 family;
	__be16 port;
	__be32 v4; /* of IPv6, the flow */
};

#define TC_SOCKADDR_IN_SIZE  16
#define TC_SOCKADDR_IN6_SIZE 24	 /* without the scope: SIN6_LEN_RFC2133, net/ipv6.h */
#define TC_SOCKADDR_MAX_SIZE 128 /* longer ones are refused unread: move_addr_to_kernel() */

/* Reads an address that a program passed. False where it is none that one can connect to. */
static __always_inline bool tc_read_address(const void *address, __u32 size, tc_ip ip,
					    tc_port *port)
{
	struct tc_address_start start;

	if (size > TC_SOCKADDR_MAX_SIZE || bpf_probe_read_user(&start, sizeof(start), address))
		return false;
	if (start.family == AF_INET && size >= TC_SOCKADDR_IN_SIZE)
		tc_set_ip_v4(ip, start.v4);
	else if (start.family != AF_INET6 || size < TC_SOCKADDR_IN6_SIZE ||
		 bpf_probe_read_user(ip, TC_IP_LEN, address + sizeof(start)))
		return false;
	*port = bpf_ntohs(start.port);
	return true;
}

/* Zeros end a list of what users choose; an empty one lets all pass. */
#define TC_MAX_CHOICES 16

static __always_inline bool tc_port_wanted(const volatile tc_port *ports, tc_port port)
{
	if (!ports[0])
		return true;
	for (int i = 0; i < TC_MAX_CHOICES; i++)
		if (ports[i] && ports[i] == port)
			return true;
	return false;
}

static __always_inline bool tc_ip_wanted(const volatile __u64 (*ips)[2], const tc_ip ip)
{
	const __u64 *halves = (const __u64 *)ip;

	if (!ips[0][0] && !ips[0][1])
		return true;
	for (int i = 0; i < TC_MAX_CHOICES; i++)
		if ((halves[0] || halves[1]) && ips[i][0] == halves[0] && ips[i][1] == halves[1])
			return true;
	return false;
}

#endif
