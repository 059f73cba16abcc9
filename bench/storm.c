/*
 * storm N [FILES]: opens and closes N times, over FILES files of its own folder in turn, and prints
 * the nanoseconds of CPU that one open and its close took.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* CPU time of this process, user and system: a busy machine changes it less than the time of day.
 */
static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char** argv) {
  const long count = argc > 1 ? atol(argv[1]) : 1000000;
  const long files = argc > 2 ? atol(argv[2]) : 100;
  char name[64];
  for (long i = 0; i < files; i++) {
    snprintf(name, sizeof(name), "file-%ld", i);
    close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  }
  const long long began = now();
  for (long i = 0; i < count; i++) {
    snprintf(name, sizeof(name), "file-%ld", i % files);
    const int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 1;
    close(fd);
  }
  printf("%.0f\n", (double)(now() - began) / count);
  return 0;
}
