/*
 * storm THREADS COUNT PAUSE_US PREFIX: says "ready PID", waits for a line or the end of stdin, and
 * then each thread t opens PREFIX/t/0, PREFIX/t/1 ... COUNT times (0: until somebody ends it, a
 * minute at most) with a pause after each. Says "done". Threads call nothing that opens by itself.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static long count, pause_us;
static const char* prefix;

static void* run(void* thread) {
  char name[256];
  for (long n = 0; count == 0 || n < count; n++) {
    snprintf(name, sizeof(name), "%s/%ld/%ld", prefix, (long)thread, n);
    const long fd = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY);
    if (fd >= 0) close(fd);
    if (pause_us) usleep(pause_us);
  }
  return NULL;
}

int main(int argc, char** argv) {
  pthread_t threads[64];
  char line[16];
  if (argc != 5) return 2;
  const long thread_count = atol(argv[1]);
  count = atol(argv[2]);
  pause_us = atol(argv[3]);
  prefix = argv[4];
  if (thread_count > 64) return 2;
  alarm(60);
  dprintf(1, "ready %d\n", getpid());
  if (read(0, line, sizeof(line)) < 0) return 1;
  for (long i = 0; i < thread_count; i++) pthread_create(&threads[i], NULL, run, (void*)i);
  for (long i = 0; i < thread_count; i++) pthread_join(threads[i], NULL);
  dprintf(1, "done\n");
  return 0;
}
