/*
 * Connects that are reported: each attempt becomes a line of JSON with the row that a recording
 * must have of it. What is expected is spelt out by the workload; only numbers that nobody can know
 * before (pids, ports, times) are asked for. In the order in which the attempts were made.
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "network.h"

enum { kAttempts = 64, kUnknown = -1 };

struct attempt {
  const char* what;
  int pid, ppid;
  long tid;
  int ip_version;
  char saddr[INET6_ADDRSTRLEN], daddr[INET6_ADDRSTRLEN]; /* saddr empty: null */
  int sport, dport;                                      /* 0: null */
  const char* outcome;
  int error;
  int retransmits; /* kUnknown: not told */
  int sent;        /* whether there is a latency */
  long long began_ns;
  long long least_ns, most_ns; /* of the latency; kUnknown: no bound */
};

static struct attempt attempts[kAttempts];
static int attempt_count;

static inline long long now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* The text that a row has: v4-mapped as IPv4, nothing for no address. Gives the port. */
static inline int describe(const union address* address, char* text) {
  if (address->any.sa_family == AF_INET) {
    inet_ntop(AF_INET, &address->v4.sin_addr, text, INET6_ADDRSTRLEN);
    if (!address->v4.sin_addr.s_addr) *text = '\0';
    return ntohs(address->v4.sin_port);
  }
  const unsigned char* bytes = address->v6.sin6_addr.s6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr))
    inet_ntop(AF_INET, bytes + 12, text, INET6_ADDRSTRLEN);
  else
    inet_ntop(AF_INET6, bytes, text, INET6_ADDRSTRLEN);
  if (IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr)) *text = '\0';
  return ntohs(address->v6.sin6_port);
}

static inline int is_v4(const union address* address) {
  return address->any.sa_family == AF_INET || IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr);
}

/* Begins an attempt by the calling thread: what follows is the connect itself. */
static inline struct attempt* begin(const char* what, const union address* to) {
  EXPECT(attempt_count < kAttempts);
  struct attempt* attempt = &attempts[attempt_count++];
  *attempt = (struct attempt){.what = what,
                              .pid = getpid(),
                              .ppid = getppid(),
                              .tid = syscall(SYS_gettid),
                              .ip_version = is_v4(to) ? 4 : 6,
                              .outcome = "ok",
                              .sent = 1,
                              .least_ns = kUnknown,
                              .most_ns = kUnknown};
  attempt->dport = describe(to, attempt->daddr);
  attempt->began_ns = now_ns();
  return attempt;
}

/* How the socket calls itself now. */
static inline void note_own_end(struct attempt* attempt, int fd) {
  union address own;
  socklen_t size = sizeof(own);
  CHECK(getsockname(fd, &own.any, &size));
  attempt->sport = describe(&own, attempt->saddr);
}

static inline void note_retransmits(struct attempt* attempt, int fd) {
  struct tcp_info info = {0};
  socklen_t size = sizeof(info);
  CHECK(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size));
  attempt->retransmits = info.tcpi_total_retrans;
}

/* The program knows by now how it went. */
static inline void ends(struct attempt* attempt, const char* outcome, int error) {
  attempt->most_ns = now_ns() - attempt->began_ns;
  attempt->outcome = outcome;
  attempt->error = error;
}

/* Waits until a connect on its way has an outcome; gives its errno. */
static inline int outcome_of(int fd) {
  struct pollfd wait = {.fd = fd, .events = POLLOUT};
  int error = 0;
  socklen_t size = sizeof(error);
  CHECK(poll(&wait, 1, -1));
  CHECK(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size));
  return error;
}

/* No SYN was sent. */
static inline void ends_unsent(struct attempt* attempt, const char* outcome, int error) {
  ends(attempt, outcome, error);
  attempt->sent = 0;
}

static inline void put_text(FILE* out, const char* key, const char* text) {
  fprintf(out, *text ? ",\"%s\":\"%s\"" : ",\"%s\":null", key, text);
}

static inline void put_number(FILE* out, const char* key, int known, long long value) {
  fprintf(out, known ? ",\"%s\":%lld" : ",\"%s\":null", key, value);
}

static inline unsigned long inode_of(const char* path) {
  struct stat status;
  CHECK(stat(path, &status));
  return status.st_ino;
}

static inline void write_report(const char* path) {
  FILE* out = fopen(path, "w");
  char comm[16];
  CHECK(prctl(PR_GET_NAME, comm));
  EXPECT(out);
  for (const struct attempt* one = attempts; one < attempts + attempt_count; one++) {
    fprintf(out, "{\"what\":\"%s\",\"pid\":%d,\"tid\":%ld,\"ppid\":%d", one->what, one->pid,
            one->tid, one->ppid);
    fprintf(out, ",\"uid\":%d,\"comm\":\"%s\",\"mntns\":%lu,\"netns\":%lu", getuid(), comm,
            inode_of("/proc/self/ns/mnt"), inode_of("/proc/self/ns/net"));
    put_number(out, "ip_version", 1, one->ip_version);
    put_text(out, "saddr", one->saddr);
    put_number(out, "sport", one->sport, one->sport);
    put_text(out, "daddr", one->daddr);
    put_number(out, "dport", one->dport, one->dport);
    put_text(out, "outcome", one->outcome);
    put_number(out, "ret", 1, -one->error);
    put_number(out, "syn_retransmits", one->retransmits != kUnknown, one->retransmits);
    fprintf(out, ",\"sent\":%s", one->sent ? "true" : "false");
    put_number(out, "least_ns", one->least_ns != kUnknown, one->least_ns);
    put_number(out, "most_ns", one->most_ns != kUnknown, one->most_ns);
    fprintf(out, "}\n");
  }
  EXPECT(fclose(out) == 0);
}
