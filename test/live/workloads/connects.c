/*
 * connects REPORT: connects of every outcome, in a network namespace of its own with nothing but
 * lo, and calls that are no connects. Writes to REPORT what a recording must have of them
 * (attempts.h). One is still connecting when it ends: a child holds its socket for some seconds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "attempts.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static union address server, server6, full;
static int full_listener;

/* A port that nobody listens on, and nobody else gets. */
static union address nobody_at(const char* text) {
  union address address = address_of(text, 0);
  const int fd = socket_for(&address, 0);
  socklen_t size = size_of(&address);
  CHECK(bind(fd, &address.any, size));
  CHECK(getsockname(fd, &address.any, &size));
  return address;
}

/* A connect that waits for its outcome in the call. */
static int blocking(const char* what, int fd, const union address* to, const char* outcome,
                    int error) {
  struct attempt* attempt = begin(what, to);
  EXPECT(connects(fd, to) == error);
  ends(attempt, outcome, error);
  if (!error) note_own_end(attempt, fd);
  return fd;
}

static void established(void) {
  const union address mapped = address_of("::ffff:127.0.0.1", ntohs(server.v4.sin_port));
  blocking("v4", socket_for(&server, 0), &server, "ok", 0);
  blocking("v6", socket_for(&server6, 0), &server6, "ok", 0);
  blocking("v4-mapped", socket_for(&mapped, 0), &mapped, "ok", 0);

  const int fd = socket_for(&server, SOCK_NONBLOCK);
  struct attempt* attempt = begin("non-blocking", &server);
  EXPECT(connects(fd, &server) == EINPROGRESS);
  EXPECT(outcome_of(fd) == 0);
  ends(attempt, "ok", 0);
  note_own_end(attempt, fd);
  EXPECT(connects(fd, &server) == 0); /* only says that it is connected */
  EXPECT(connects(fd, &server) == EISCONN);
}

static void fast_open(const char* what) {
  const int fd = socket_for(&server, 0);
  struct attempt* attempt = begin(what, &server);
  EXPECT(sendto(fd, "x", 1, MSG_FASTOPEN, &server.any, size_of(&server)) == 1);
  EXPECT(outcome_of(fd) == 0);
  ends(attempt, "ok", 0);
  note_own_end(attempt, fd);
}

/* The SYN waits for the first write, and so must the clock. */
static void fast_open_by_write(void) {
  const int fd = socket_for(&server, 0), on = 1;
  CHECK(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)));
  struct attempt* attempt = begin("fast open by write", &server);
  EXPECT(connects(fd, &server) == 0);
  usleep(200000);
  attempt->began_ns = now_ns();
  EXPECT(write(fd, "x", 1) == 1);
  EXPECT(outcome_of(fd) == 0);
  ends(attempt, "ok", 0);
  note_own_end(attempt, fd);
}

static void fast_opens(int listener) {
  const int queue = 8;
  if (!set_sysctl("/proc/sys/net/ipv4/tcp_fastopen", "3") ||
      setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue)) < 0) {
    printf("skipped: fast open: %s\n", strerror(errno));
    return;
  }
  fast_open("fast open, asking for a cookie");
  fast_open("fast open with data");
  fast_open_by_write();
}

static void mptcp(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
  if (fd < 0) {
    printf("skipped: MPTCP: %s\n", strerror(errno));
    return;
  }
  blocking("MPTCP", fd, &server, "ok", 0);
  const union address far = address_of("192.0.2.1", 80);
  struct attempt* attempt = begin("MPTCP without a route", &far);
  EXPECT(connects(socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP), &far) == ENETUNREACH);
  ends_unsent(attempt, "unreachable", ENETUNREACH);
}

/* The socket knows its own end only until the kernel has closed it. */
static void refused_on(int fd, const char* what, const union address* to, int port,
                       const char* own) {
  union address bound = address_of(own, port);
  CHECK(bind(fd, &bound.any, size_of(&bound)));
  struct attempt* attempt = begin(what, to);
  note_own_end(attempt, fd);
  attempt->began_ns = now_ns();
  EXPECT(connects(fd, to) == ECONNREFUSED);
  ends(attempt, "refused", ECONNREFUSED);
}

static void refused(void) {
  const union address nobody = nobody_at("127.0.0.1"), nobody6 = nobody_at("::1");
  const union address mapped = address_of("::ffff:127.0.0.1", ntohs(nobody.v4.sin_port));
  refused_on(socket_for(&nobody, 0), "refused", &nobody, 0, "127.0.0.1");
  refused_on(socket_for(&nobody6, 0), "refused v6", &nobody6, 0, "::1");
  refused_on(socket_for(&mapped, 0), "refused v4-mapped", &mapped, 0, "::ffff:127.0.0.1");

  const int fd = socket_for(&nobody, SOCK_NONBLOCK);
  struct attempt* attempt = begin("refused, non-blocking", &nobody);
  strcpy(attempt->saddr, "127.0.0.1");
  attempt->sport = kUnknown;
  EXPECT(connects(fd, &nobody) == EINPROGRESS);
  struct pollfd wait = {.fd = fd, .events = POLLOUT};
  CHECK(poll(&wait, 1, -1));
  EXPECT(connects(fd, &nobody) == ECONNREFUSED); /* tells how the first one went */
  ends(attempt, "refused", ECONNREFUSED);

  attempt = begin("the same socket again", &server);
  EXPECT(connects(fd, &server) == EINPROGRESS);
  EXPECT(outcome_of(fd) == 0);
  ends(attempt, "ok", 0);
  note_own_end(attempt, fd);
}

/* The socket stays in TCP_CLOSE: only the call tells. */
static void unsent(void) {
  const union address far = address_of("192.0.2.1", 80), far6 = address_of("2001:db8::1", 443);
  struct attempt* attempt = begin("no route", &far);
  EXPECT(connects(socket_for(&far, 0), &far) == ENETUNREACH);
  ends_unsent(attempt, "unreachable", ENETUNREACH);

  attempt = begin("no route, v6", &far6);
  EXPECT(connects(socket_for(&far6, SOCK_NONBLOCK), &far6) == ENETUNREACH);
  ends_unsent(attempt, "unreachable", ENETUNREACH);

  union address own = address_of("127.0.0.1", 0);
  const int bound = socket_for(&own, 0);
  CHECK(bind(bound, &own.any, size_of(&own)));
  attempt = begin("no route from a bound socket", &far);
  note_own_end(attempt, bound);
  EXPECT(connects(bound, &far) == ENETUNREACH);
  ends_unsent(attempt, "unreachable", ENETUNREACH);
  blocking("the bound socket again", bound, &server, "ok", 0);

  attempt = begin("an address of another family", &server6);
  EXPECT(connects(socket_for(&server, 0), &server6) == EAFNOSUPPORT);
  ends_unsent(attempt, "error", EAFNOSUPPORT);
}

/* A single local port, and that is taken. */
static void no_port(void) {
  EXPECT(set_sysctl("/proc/sys/net/ipv4/ip_local_port_range", "33333 33333"));
  blocking("the last port", socket_for(&server, 0), &server, "ok", 0);
  struct attempt* attempt = begin("no port left", &server);
  strcpy(attempt->saddr, "127.0.0.1");
  EXPECT(connects(socket_for(&server, 0), &server) == EADDRNOTAVAIL);
  ends_unsent(attempt, "error", EADDRNOTAVAIL);
  attempt = begin("no port left for fast open", &server);
  strcpy(attempt->saddr, "127.0.0.1");
  EXPECT(sendto(socket_for(&server, 0), "x", 1, MSG_FASTOPEN, &server.any, size_of(&server)) < 0);
  EXPECT(errno == EADDRNOTAVAIL || errno == EOPNOTSUPP);
  ends_unsent(attempt, "error", EADDRNOTAVAIL);
  if (errno == EOPNOTSUPP) attempt_count--;
  EXPECT(set_sysctl("/proc/sys/net/ipv4/ip_local_port_range", "32768 60999"));
}

/* To itself: both ends connect at once, by way of SYN_RECV. */
static void simultaneous(void) {
  union address own = address_of("127.0.0.1", 0);
  const int fd = socket_for(&own, 0);
  socklen_t size = size_of(&own);
  CHECK(bind(fd, &own.any, size));
  CHECK(getsockname(fd, &own.any, &size));
  blocking("to itself", fd, &own, "ok", 0);
}

/* Connects that are not tried, and what is no TCP. */
static void nothing(void) {
  const struct sockaddr none = {.sa_family = AF_UNSPEC};
  const union address far = address_of("192.0.2.1", 80);
  struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/nowhere"};
  union address own = address_of("127.0.0.1", 0);
  const int listener = listen_on(&own, 1), tcp = socket_for(&server, 0);
  EXPECT(connects(listener, &server) == EISCONN);
  EXPECT(connect(tcp, &none, sizeof(none)) == 0);
  EXPECT(connect(tcp, &server.any, 1) < 0 && errno == EINVAL);
  EXPECT(connect(tcp, &server.any, 8) < 0 && errno == EINVAL);
  EXPECT(connect(tcp, &far.any, 129) < 0 && errno == EINVAL);
  EXPECT(connect(tcp, &far.any, -1) < 0 && errno == EINVAL);
  EXPECT(connect(tcp, (void*)8, sizeof(server.v4)) < 0 && errno == EFAULT);
  EXPECT(connects(-1, &far) == EBADF && connects(99999, &far) == EBADF);
  EXPECT(connects(open("/dev/null", O_RDONLY), &far) == ENOTSOCK);
  EXPECT(connects(open("/", O_PATH), &far) == EBADF);
  EXPECT(connects(socket(AF_INET, SOCK_DGRAM, 0), &far) == ENETUNREACH);
  EXPECT(connect(socket(AF_UNIX, SOCK_STREAM, 0), (void*)&local, sizeof(local)) < 0);
}

/* SYNs to it are dropped: one connection that nobody accepts fills it. */
static void fill_backlog(void) {
  full = address_of("127.0.0.1", 0);
  full_listener = listen_on(&full, 0);
  blocking("fills the backlog", socket_for(&full, 0), &full, "ok", 0);
}

/* A connect that stays on its way. */
static struct attempt* hanging(const char* what, int* fd) {
  *fd = socket_for(&full, SOCK_NONBLOCK);
  struct attempt* attempt = begin(what, &full);
  EXPECT(connects(*fd, &full) == EINPROGRESS);
  note_own_end(attempt, *fd);
  return attempt;
}

static void aborted_by_close(void) {
  int fd;
  struct attempt* attempt = hanging("closed after 50 ms", &fd);
  const long long connecting = now_ns();
  EXPECT(connects(fd, &full) == EALREADY);
  usleep(50000);
  attempt->least_ns = now_ns() - connecting;
  note_retransmits(attempt, fd);
  close(fd);
  ends(attempt, "aborted", ECONNABORTED);
}

static void aborted_by_disconnect(void) {
  const struct sockaddr none = {.sa_family = AF_UNSPEC};
  int fd;
  struct attempt* attempt = hanging("disconnected", &fd);
  note_retransmits(attempt, fd);
  EXPECT(connect(fd, &none, sizeof(none)) == 0);
  ends(attempt, "aborted", ECONNABORTED);
  blocking("the disconnected socket again", dup(fd), &server, "ok", EINPROGRESS);
  EXPECT(outcome_of(fd) == 0);
  ends(&attempts[attempt_count - 1], "ok", 0);
  note_own_end(&attempts[attempt_count - 1], fd);
}

/* How many sockets of this namespace are in SYN_SENT. */
static int connecting_sockets(void) {
  FILE* table = fopen("/proc/self/net/tcp", "r");
  char line[512];
  int count = 0;
  unsigned state;
  EXPECT(table);
  while (fgets(line, sizeof(line), table))
    count += sscanf(line, "%*s %*s %*s %x", &state) == 1 && state == 2;
  fclose(table);
  return count;
}

static void await_connecting(int count) {
  while (connecting_sockets() != count) usleep(1000);
}

static void aborted_by_kill(void) {
  const int others = connecting_sockets();
  const int fd = socket_for(&full, 0);
  const long long before = now_ns();
  const pid_t child = fork();
  CHECK(child);
  if (child == 0) {
    connects(fd, &full);
    _exit(1);
  }
  close(fd);
  await_connecting(others + 1);
  struct attempt* attempt = begin("killed", &full);
  attempt->began_ns = before;
  attempt->pid = (int)(attempt->tid = child);
  attempt->ppid = getpid();
  strcpy(attempt->saddr, "127.0.0.1");
  attempt->sport = kUnknown;
  attempt->retransmits = kUnknown;
  CHECK(kill(child, SIGKILL));
  await_connecting(others);
  ends(attempt, "aborted", ECONNABORTED);
  EXPECT(waitpid(child, NULL, 0) == child);
}

static void* blocking_connect(void* fd) { return (void*)(long)connects(*(int*)fd, &full); }

/* Another thread shuts the socket down while one waits in connect(). */
static void aborted_by_shutdown(void) {
  const int others = connecting_sockets();
  int fd = socket_for(&full, 0);
  pthread_t thread;
  struct attempt* attempt = begin("shut down by another thread", &full);
  attempt->tid = kUnknown;
  EXPECT(pthread_create(&thread, NULL, blocking_connect, &fd) == 0);
  await_connecting(others + 1);
  note_own_end(attempt, fd);
  note_retransmits(attempt, fd);
  CHECK(shutdown(fd, SHUT_RDWR));
  pthread_join(thread, NULL);
  ends(attempt, "aborted", ECONNABORTED);
}

static void interrupt(int signal) { (void)signal; }

/*
 * A signal ends the first call, and only it. A second one waits on: the SYN that is sent again
 * finds room.
 */
static void interrupted(void) {
  const struct sigaction action = {.sa_handler = interrupt};
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
  /* again and again: the first may come before the call */
  const struct itimerspec often = {{0, 20000000}, {0, 20000000}}, never = {{0, 0}, {0, 0}};
  CHECK(sigaction(SIGUSR1, &action, NULL));
  CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer));
  const int fd = socket_for(&full, 0);
  CHECK(timer_settime(timer, 0, &often, NULL));
  struct attempt* attempt = begin("interrupted", &full);
  EXPECT(connects(fd, &full) == EINTR);
  CHECK(timer_settime(timer, 0, &never, NULL));
  timer_delete(timer);
  CHECK(accept(full_listener, NULL, NULL));
  EXPECT(connects(fd, &full) == 0);
  ends(attempt, "ok", 0);
  note_own_end(attempt, fd);
  note_retransmits(attempt, fd);
  EXPECT(attempt->retransmits > 0);
}

static struct attempt* begin_timeout(int* fd) {
  const int once = 1;
  struct attempt* attempt = hanging("timed out", fd);
  CHECK(setsockopt(*fd, IPPROTO_TCP, TCP_SYNCNT, &once, sizeof(once)));
  return attempt;
}

static void end_timeout(struct attempt* attempt, int fd) {
  EXPECT(outcome_of(fd) == ETIMEDOUT);
  ends(attempt, "timeout", ETIMEDOUT);
  /* more than once where the first ones are linear: tcp_syn_linear_timeouts, since Linux 6.5 */
  note_retransmits(attempt, fd);
  EXPECT(attempt->retransmits > 0);
}

/* Leaves a child that holds the socket, and nobody's pipe. */
static void left_pending(void) {
  int fd;
  struct attempt* attempt = hanging("pending", &fd);
  attempt->outcome = "pending";
  attempt->error = EINPROGRESS;
  attempt->sent = 0;
  attempt->retransmits = kUnknown;
  const pid_t child = fork();
  CHECK(child);
  if (child > 0) return;
  for (int pipe = 0; pipe < fd; pipe++) close(pipe);
  sleep(10);
  _exit(0);
}

int main(int count, char** words) {
  if (count != 2) return 2;
  int slow;
  enter_own_network();
  server = address_of("127.0.0.1", 0);
  server6 = address_of("::1", 0);
  const int listener = listen_on(&server, 64);
  listen_on(&server6, 64);
  fill_backlog();
  struct attempt* timeout = begin_timeout(&slow);
  established();
  fast_opens(listener);
  mptcp();
  refused();
  unsent();
  no_port();
  simultaneous();
  nothing();
  aborted_by_close();
  aborted_by_disconnect();
  aborted_by_kill();
  aborted_by_shutdown();
  end_timeout(timeout, slow);
  interrupted();
  left_pending();
  write_report(words[1]);
  return 0;
}
