/*
 * delayed REPORT DELAY_MS: connects over a link of known delay, in a network namespace of its own:
 * a TUN device whose far end, a thread of this program, sends each packet back to where it came
 * from after the delay, with its addresses swapped, so that all other ends are this program's, too.
 * Some addresses lose packets or answer by themselves. Writes to REPORT what a recording must have
 * of them (attempts.h).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fib_rules.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <pthread.h>

#include "attempts.h"

#define OWN "10.9.0.1"
#define FAR "10.9.0.2"          /* only far away */
#define LOSES_FIRST "10.9.0.3"  /* the first packet to it is lost */
#define ALSO_CONNECT "10.9.0.4" /* connects at the same time, and resets */
#define NOT_THERE "10.9.0.5"    /* a router says so */

enum { kPacket = 2048, kQueue = 64, kForbidden = 33334 };

struct packet {
  union {
    struct iphdr ip;
    unsigned char bytes[kPacket];
  };
  size_t size;
  long long due_ns;
};

static struct packet queue[kQueue];
static unsigned queue_begin, queue_end;
static int tun;
static long long delay_ns;
static unsigned char lost;
/* When the far end got the first SYN of an attempt, and when what decides it left it. */
static _Atomic long long arrived_ns, answered_ns;

static unsigned short checksum(const void* data, size_t size, unsigned long sum) {
  const unsigned char* bytes = data;
  for (size_t i = 0; i < size; i++) sum += (unsigned long)bytes[i] << (i % 2 ? 0 : 8);
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return htons(~sum & 0xffff);
}

static struct tcphdr* tcp_of(struct packet* packet) {
  return (struct tcphdr*)(packet->bytes + 4 * packet->ip.ihl);
}

static void finish_ip(struct packet* packet, size_t size) {
  packet->size = size;
  packet->ip.tot_len = htons(size);
  packet->ip.check = 0;
  packet->ip.check = checksum(&packet->ip, sizeof(packet->ip), 0);
}

/* A reset in answer to what is acknowledged by it. */
static void make_reset(struct packet* packet) {
  struct tcphdr* tcp = tcp_of(packet);
  const unsigned char* addresses = (unsigned char*)&packet->ip.saddr;
  unsigned long pseudo = IPPROTO_TCP + sizeof(*tcp);
  for (int i = 0; i < 8; i++) pseudo += (unsigned long)addresses[i] << (i % 2 ? 0 : 8);
  *tcp = (struct tcphdr){.source = tcp->source,
                         .dest = tcp->dest,
                         .seq = tcp->ack_seq,
                         .doff = sizeof(*tcp) / 4,
                         .rst = 1};
  tcp->check = checksum(tcp, sizeof(*tcp), pseudo);
  finish_ip(packet, 4 * packet->ip.ihl + sizeof(*tcp));
}

static void swap_ports(struct packet* packet) {
  struct tcphdr* tcp = tcp_of(packet);
  const unsigned short source = tcp->source;
  tcp->source = tcp->dest;
  tcp->dest = source;
}

/* "Host unreachable", with what could not be delivered behind it. */
static void make_unreachable(struct packet* packet) {
  enum { kQuoted = 28, kAt = sizeof(struct iphdr) + sizeof(struct icmphdr) };
  struct icmphdr icmp = {.type = ICMP_DEST_UNREACH, .code = ICMP_HOST_UNREACH};
  unsigned char quoted[kQuoted];
  memcpy(quoted, packet->bytes, kQuoted);
  packet->ip.ihl = 5;
  packet->ip.protocol = IPPROTO_ICMP;
  packet->ip.daddr = packet->ip.saddr;
  packet->ip.saddr = inet_addr(FAR);
  memcpy(packet->bytes + sizeof(struct iphdr), &icmp, sizeof(icmp));
  memcpy(packet->bytes + kAt, quoted, kQuoted);
  icmp.checksum = checksum(packet->bytes + sizeof(struct iphdr), sizeof(icmp) + kQuoted, 0);
  memcpy(packet->bytes + sizeof(struct iphdr), &icmp, sizeof(icmp));
  finish_ip(packet, kAt + kQuoted);
}

static void swap_addresses(struct packet* packet) {
  const unsigned source = packet->ip.saddr;
  packet->ip.saddr = packet->ip.daddr;
  packet->ip.daddr = source;
}

/* What becomes of a packet that arrived. False: it is lost. */
static int answer(struct packet* packet) {
  const unsigned to = packet->ip.daddr;
  if (to == inet_addr(LOSES_FIRST) && !lost) return !(lost = 1);
  if (to == inet_addr(NOT_THERE)) {
    make_unreachable(packet);
    return 1;
  }
  swap_addresses(packet);
  if (to == inet_addr(ALSO_CONNECT)) {
    swap_ports(packet);
    if (tcp_of(packet)->ack) make_reset(packet);
  }
  return 1;
}

static int is_syn(struct packet* packet) { return tcp_of(packet)->syn && !tcp_of(packet)->ack; }

/* Whether this decides how the attempt ends. */
static int is_answer(struct packet* packet) {
  if (packet->ip.protocol != IPPROTO_TCP) return 1;
  return tcp_of(packet)->rst || (tcp_of(packet)->syn && tcp_of(packet)->ack);
}

static void arrive(void) {
  struct packet* packet = &queue[queue_end % kQueue];
  const ssize_t size = read(tun, packet->bytes, sizeof(packet->bytes));
  const long long now = now_ns();
  if (size < (ssize_t)sizeof(struct iphdr) || packet->ip.version != 4) return;
  if (packet->ip.protocol != IPPROTO_TCP) return;
  if (is_syn(packet) && !arrived_ns) arrived_ns = now;
  packet->size = size;
  packet->due_ns = now + delay_ns;
  EXPECT(queue_end - queue_begin < kQueue);
  queue_end += answer(packet);
}

static void depart(void) {
  struct packet* packet = &queue[queue_begin % kQueue];
  /* the first answer: one to a SYN that was sent again may follow */
  if (is_answer(packet) && !answered_ns) answered_ns = now_ns();
  EXPECT(write(tun, packet->bytes, packet->size) == (ssize_t)packet->size);
  queue_begin++;
}

static void* far_end(void* unused) {
  for (;;) {
    struct pollfd wait = {.fd = tun, .events = POLLIN};
    int timeout_ms = -1;
    if (queue_begin != queue_end) {
      const long long left = queue[queue_begin % kQueue].due_ns - now_ns();
      if (left <= 0) {
        depart();
        continue;
      }
      timeout_ms = (int)((left + 999999) / 1000000);
    }
    if (poll(&wait, 1, timeout_ms) > 0) arrive();
  }
  return unused;
}

static void set_address(int fd, unsigned long request, struct ifreq* device, const char* text) {
  const struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr(text)};
  memcpy(&device->ifr_addr, &address, sizeof(address));
  CHECK(ioctl(fd, request, device));
}

/* False where the kernel has no TUN devices. */
static int open_line(void) {
  struct ifreq device = {.ifr_name = "line0", .ifr_flags = IFF_TUN | IFF_NO_PI};
  const int control = socket(AF_INET, SOCK_DGRAM, 0);
  pthread_t thread;
  tun = open("/dev/net/tun", O_RDWR);
  if (tun < 0 || ioctl(tun, TUNSETIFF, &device) < 0) return 0;
  set_address(control, SIOCSIFADDR, &device, OWN);
  set_address(control, SIOCSIFNETMASK, &device, "255.255.255.0");
  device.ifr_flags = IFF_UP;
  CHECK(ioctl(control, SIOCSIFFLAGS, &device));
  close(control);
  EXPECT(pthread_create(&thread, NULL, far_end, NULL) == 0);
  return 1;
}

/* Forbids all that comes from a port. False where the kernel has no such rules. */
static int forbid_port(int port) {
  struct {
    struct nlmsghdr head;
    struct fib_rule_hdr rule;
    struct rtattr attribute;
    struct fib_rule_port_range ports;
  } request = {
      .head = {.nlmsg_len = sizeof(request),
               .nlmsg_type = RTM_NEWRULE,
               .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE},
      .rule = {.family = AF_INET, .action = FR_ACT_PROHIBIT},
      .attribute = {.rta_len = RTA_LENGTH(sizeof(request.ports)), .rta_type = FRA_SPORT_RANGE},
      .ports = {port, port},
  };
  struct {
    struct nlmsghdr head;
    struct nlmsgerr error;
    char rest[256];
  } reply;
  const int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  CHECK(fd);
  CHECK(send(fd, &request, sizeof(request), 0));
  CHECK(recv(fd, &reply, sizeof(reply), 0));
  close(fd);
  errno = -reply.error.error;
  return reply.head.nlmsg_type == NLMSG_ERROR && errno == 0;
}

/*
 * That its port is forbidden shows when it has one: the socket is in SYN_SENT by then, but no SYN
 * is sent.
 */
static void from_a_forbidden_port(int port) {
  const union address to = address_of(FAR, port);
  if (!forbid_port(kForbidden)) {
    printf("skipped: a forbidden port: %s\n", strerror(errno));
    return;
  }
  EXPECT(set_sysctl("/proc/sys/net/ipv4/ip_local_port_range", "33334 33334"));
  struct attempt* attempt = begin("from a forbidden port", &to);
  strcpy(attempt->saddr, OWN);
  attempt->sport = kForbidden;
  EXPECT(connects(socket_for(&to, 0), &to) == EACCES);
  ends_unsent(attempt, "error", EACCES);
}

/* A connect whose outcome comes over the line. */
static void over_the_line(const char* what, const char* to, int port, const char* outcome,
                          int error) {
  const union address address = address_of(to, port);
  const int fd = socket_for(&address, SOCK_NONBLOCK);
  arrived_ns = answered_ns = 0;
  struct attempt* attempt = begin(what, &address);
  EXPECT(connects(fd, &address) == EINPROGRESS);
  note_own_end(attempt, fd);
  EXPECT(outcome_of(fd) == error);
  ends(attempt, outcome, error);
  note_retransmits(attempt, fd);
}

/* A bound that nobody can be below: the far end had the SYN, and had not yet sent the answer. */
static void note_least(long long line_ns) {
  struct attempt* attempt = &attempts[attempt_count - 1];
  attempt->least_ns = answered_ns - arrived_ns;
  EXPECT(attempt->least_ns >= line_ns);
}

int main(int count, char** words) {
  if (count != 3) return 2;
  delay_ns = atoi(words[2]) * 1000000LL;
  enter_own_network();
  if (!open_line()) {
    printf("skipped: delayed connects: no /dev/net/tun: %s\n", strerror(errno));
    write_report(words[1]);
    return 0;
  }
  union address any = address_of("0.0.0.0", 0);
  listen_on(&any, 16);
  const int port = ntohs(any.v4.sin_port);
  over_the_line("delayed", FAR, port, "ok", 0);
  /* there and back again */
  note_least(2 * delay_ns);
  over_the_line("the first SYN lost", LOSES_FIRST, port, "ok", 0);
  note_least(2 * delay_ns + 900000000);
  EXPECT(attempts[attempt_count - 1].retransmits > 0);
  over_the_line("reset while both connect", ALSO_CONNECT, port, "reset", ECONNRESET);
  note_least(2 * delay_ns);
  over_the_line("no such host", NOT_THERE, port, "unreachable", EHOSTUNREACH);
  note_least(delay_ns);
  from_a_forbidden_port(port);
  write_report(words[1]);
  return 0;
}
