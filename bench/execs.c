/*
 * execs N PROGRAM: runs PROGRAM N times, one after the other, and prints the microseconds that one
 * took from the start of the first to the end of the last.
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const long count = atol(argv[1]);
  char* words[] = {argv[2], "--one", "two", NULL};
  const double began = now();
  for (long i = 0; i < count; i++) {
    pid_t pid;
    if (posix_spawn(&pid, argv[2], NULL, NULL, words, environ)) return 1;
    waitpid(pid, NULL, 0);
  }
  printf("%.1f\n", (now() - began) / count);
  return 0;
}
