/*
 * swarm COUNT BATCH THREADS: forks COUNT processes, BATCH at a time, that end at once with 0, 1 ...
 * 255, 0 and so on; each by all of its THREADS leaving together, or where that is 0 after execve().
 * Prints "PID CODE BYTES" for each, as wait4(2) has it, with the most memory that it had.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_barrier_t together;

/* Exits the thread alone, and with the last one the process. */
static void* leave(void* code) {
  pthread_barrier_wait(&together);
  syscall(SYS_exit, (long)code);
  return NULL;
}

static void live(long code, int threads) {
  pthread_t thread;
  pthread_barrier_init(&together, NULL, threads);
  for (int i = 1; i < threads; i++)
    if (pthread_create(&thread, NULL, leave, (void*)code)) abort();
  leave((void*)code);
}

static void exec(char* program, int code) {
  char text[16];
  snprintf(text, sizeof(text), "%d", code);
  execl(program, program, text, NULL);
  abort();
}

int main(int argc, char** argv) {
  static char text[1 << 16];
  if (argc == 2) return atoi(argv[1]);
  if (argc != 4) return 2;
  const int count = atoi(argv[1]), batch = atoi(argv[2]), threads = atoi(argv[3]);
  setvbuf(stdout, text, _IOFBF, sizeof(text));
  alarm(120);
  for (int begun = 0, ended = 0, status; ended < count;) {
    struct rusage used;
    if (begun < count && begun - ended < batch) {
      const pid_t pid = fork();
      if (pid < 0) return 1;
      if (pid == 0 && threads == 0) exec(argv[0], begun & 0xff);
      if (pid == 0) live(begun & 0xff, threads);
      begun++;
      continue;
    }
    const pid_t pid = wait4(-1, &status, 0, &used);
    if (pid < 0 || !WIFEXITED(status)) return 1;
    printf("%d %d %lld\n", pid, WEXITSTATUS(status), used.ru_maxrss * 1024LL);
    ended++;
  }
  return 0;
}
