/*
 * family FOLDER: a process with all sorts of relatives, who open files with their own names in
 * FOLDER, one after the other. One thread, "early", is there from the beginning. Says
 * "ready PID TID", with the tid of that thread, and waits for a line or the end of stdin.
 *
 * Each makes FOLDER/<name> for writing, opens it for reading, and fails to open FOLDER/no-<name>
 * for both.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kNobody = 65534 };

static const char* folder;
static pid_t early_tid;
static pthread_barrier_t started, go;

static void one_open(const char* format, const char* name, int flags) {
  char path[512];
  snprintf(path, sizeof(path), format, folder, name);
  const long fd = syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
  if (fd >= 0) close(fd);
}

static void opens_of(const char* name) {
  one_open("%s/%s", name, O_WRONLY | O_CREAT);
  one_open("%s/%s", name, O_RDONLY);
  one_open("%s/no-%s", name, O_RDWR);
}

static void* thread_of_that_name(void* name) {
  prctl(PR_SET_NAME, name);
  opens_of(name);
  return NULL;
}

static void in_thread(char* name) {
  pthread_t thread;
  pthread_create(&thread, NULL, thread_of_that_name, name);
  pthread_join(thread, NULL);
}

static void* early(void* unused) {
  prctl(PR_SET_NAME, "early");
  early_tid = syscall(SYS_gettid);
  pthread_barrier_wait(&started);
  pthread_barrier_wait(&go);
  opens_of("early");
  in_thread("early-thread");
  return unused;
}

static void grandchild(void) { opens_of("grandchild"); }

static void in_child(void (*what)(void)) {
  const pid_t pid = fork();
  if (pid == 0) {
    what();
    _exit(0);
  }
  waitpid(pid, NULL, 0);
}

static void child(void) {
  opens_of("child");
  in_child(grandchild);
}

static void nobody(void) {
  if (setresuid(kNobody, kNobody, kNobody)) _exit(1);
  opens_of("nobody");
}

int main(int argc, char** argv) {
  pthread_t thread;
  char line[16];
  if (argc < 2) return 2;
  folder = argv[1];
  if (argc == 3) {
    opens_of(argv[2]);
    return 0;
  }
  pthread_barrier_init(&started, NULL, 2);
  pthread_barrier_init(&go, NULL, 2);
  pthread_create(&thread, NULL, early, NULL);
  pthread_barrier_wait(&started);
  dprintf(1, "ready %d %d\n", getpid(), early_tid);
  if (read(0, line, sizeof(line)) < 0) return 1;
  pthread_barrier_wait(&go);
  pthread_join(thread, NULL);
  opens_of("main");
  in_thread("late");
  in_child(child);
  in_child(nobody);
  execl(argv[0], argv[0], folder, "after-exec", NULL);
  return 1;
}
