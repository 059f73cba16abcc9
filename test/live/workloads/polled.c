/*
 * polled COUNT: forks COUNT processes, one after the other, that end at once with 0, 1 ... 63, 0
 * and so on. A thread of the kernel's, which polls an io_uring for them, ends after their own.
 * Prints "PID CODE" for each, or that there is no io_uring here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_ring(void) {
  struct io_uring_params params = {.flags = IORING_SETUP_SQPOLL};
  return (int)syscall(SYS_io_uring_setup, 1, &params);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const int ring = open_ring();
  if (ring < 0) {
    printf("skipped: threads of the kernel's: %s\n", strerror(errno));
    return 0;
  }
  close(ring);
  for (int i = 0, status; i < atoi(argv[1]); i++) {
    const pid_t pid = fork();
    if (pid < 0) return 1;
    if (pid == 0) _exit(open_ring() < 0 ? 99 : i % 64);
    if (waitpid(pid, &status, 0) != pid || status != (i % 64) << 8) return 1;
    printf("%d %d\n", pid, i % 64);
  }
  return 0;
}
