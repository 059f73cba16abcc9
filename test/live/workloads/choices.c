/*
 * choices: seven connects that options of tcpconnlat tell apart, in a network namespace of its own,
 * each from a port of its own: 2001 to 2007. Says "ready PID", then waits for a line.
 */
#define _GNU_SOURCE
#include "network.h"

/* Connects from a port to a port; leaves the socket open. */
static int connect_from(int own_port, const char* own, const char* to, int port, int flags,
                        int error) {
  const union address from = address_of(own, own_port), address = address_of(to, port);
  const int fd = socket_for(&address, flags);
  CHECK(bind(fd, &from.any, size_of(&from)));
  EXPECT(connects(fd, &address) == error);
  return fd;
}

static void listen_at(const char* text, int port, int backlog) {
  union address address = address_of(text, port);
  listen_on(&address, backlog);
}

int main(void) {
  enter_own_network();
  for (int port = 1001; port <= 1002; port++) {
    listen_at("127.0.0.1", port, 16);
    listen_at("127.0.0.2", port, 16);
    listen_at("::1", port, 16);
  }
  listen_at("127.0.0.1", 1003, 0);
  connect_from(2000, "127.0.0.1", "127.0.0.1", 1003, 0, 0); /* fills its backlog */
  printf("ready %d\n", getpid());
  fflush(stdout);
  if (getchar() == EOF) return 1;
  connect_from(2001, "127.0.0.1", "127.0.0.1", 1001, 0, 0);
  connect_from(2002, "127.0.0.1", "127.0.0.2", 1002, 0, 0);
  connect_from(2003, "::1", "::1", 1001, 0, 0);
  connect_from(2004, "::1", "::1", 1002, 0, 0);
  connect_from(2005, "::ffff:127.0.0.1", "::ffff:127.0.0.1", 1002, 0, 0);
  connect_from(2006, "127.0.0.1", "127.0.0.1", 1004, 0, ECONNREFUSED);
  const int slow = connect_from(2007, "127.0.0.1", "127.0.0.1", 1003, SOCK_NONBLOCK, EINPROGRESS);
  sleep(1);
  close(slow);
  return 0;
}
