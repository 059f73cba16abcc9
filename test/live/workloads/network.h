/* TCP by addresses in text, in a network namespace of the program's own. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check.h"

#define EXPECT(condition)                                    \
  do {                                                       \
    if (!(condition)) {                                      \
      dprintf(2, "line %d: not %s\n", __LINE__, #condition); \
      exit(1);                                               \
    }                                                        \
  } while (0)

/* Either family, as it is passed to connect(). */
union address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static inline union address address_of(const char* text, int port) {
  union address address = {.v4 = {.sin_family = AF_INET, .sin_port = htons(port)}};
  if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1) return address;
  address = (union address){.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)}};
  EXPECT(inet_pton(AF_INET6, text, &address.v6.sin6_addr) == 1);
  return address;
}

static inline socklen_t size_of(const union address* address) {
  return address->any.sa_family == AF_INET ? sizeof(address->v4) : sizeof(address->v6);
}

static inline int socket_for(const union address* address, int flags) {
  const int fd = socket(address->any.sa_family, SOCK_STREAM | flags, 0);
  CHECK(fd);
  return fd;
}

/* 0, or the errno of connect(). */
static inline int connects(int fd, const union address* to) {
  return connect(fd, &to->any, size_of(to)) == 0 ? 0 : errno;
}

/* A network namespace of this process's own, with lo up. */
static inline void enter_own_network(void) {
  struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  CHECK(unshare(CLONE_NEWNET));
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  CHECK(fd);
  CHECK(ioctl(fd, SIOCSIFFLAGS, &lo));
  close(fd);
}

/* A listener on a port that the kernel chooses, which address gets. */
static inline int listen_on(union address* address, int backlog) {
  const int fd = socket_for(address, 0);
  socklen_t size = size_of(address);
  CHECK(bind(fd, &address->any, size));
  CHECK(listen(fd, backlog));
  CHECK(getsockname(fd, &address->any, &size));
  return fd;
}

/* Of this network namespace. False where there is no such setting. */
static inline int set_sysctl(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY);
  if (fd < 0) return 0;
  const int set = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  close(fd);
  return set;
}
