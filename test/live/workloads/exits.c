/*
 * exits FOLDER: ends processes in every way, one after the other, each under a name of its own.
 * For each it prints a line of JSON: who it was, who forked it and who waited for it, how many
 * threads it ever had, the CPU time that it measured itself, and what wait4(2) says of it. It lived
 * between begun_ns and gone_ns of CLOCK_BOOTTIME. FOLDER is where a core dump may go. To be started
 * by its absolute path.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { kThreads = 100, kTouched = 64 << 20 };

/* What a process leaves behind for the report; shared by all. */
struct legacy {
  long long used_ns; /* CPU time that it measured itself: it has used no less */
  pid_t child;       /* a process of its own making, to be waited for and reported as well */
  int traced;        /* somebody traces it */
};

static const char* program;
static struct legacy* legacy;
static pthread_barrier_t together;

static long long now(clockid_t clock) {
  struct timespec time;
  CHECK(clock_gettime(clock, &time));
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void burn(clockid_t clock, long long ns) {
  const long long until = now(clock) + ns;
  while (now(clock) < until) {
  }
}

/* Exits this thread alone. */
static void leave(int code) { syscall(SYS_exit, code); }

static void start_thread(void* (*run)(void*)) {
  pthread_t thread;
  CHECK(-pthread_create(&thread, NULL, run, NULL));
}

/* Until the process's first thread has ended. */
static void await_leader(void) {
  char path[64], state[512] = "";
  snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
  while (!strstr(state, ") Z ")) {
    const int file = open(path, O_RDONLY);
    CHECK(file);
    const ssize_t size = read(file, state, sizeof(state) - 1);
    CHECK(size);
    state[size] = 0;
    close(file);
    sched_yield();
  }
}

static void zero(void) { _exit(0); }

static void code_77(void) { exit(77); }

static void code_300(void) { exit(300); }

/* Dumps core if told to, and if it may: under sudo the hard limit is 0. */
static void segv(int with_core) {
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_CORE, &limit));
  limit.rlim_cur = with_core ? limit.rlim_max : 0;
  CHECK(setrlimit(RLIMIT_CORE, &limit));
  CHECK(prctl(PR_SET_DUMPABLE, with_core));
  raise(SIGSEGV);
}

static void segv_core(void) { segv(1); }

static void segv_no_core(void) { segv(0); }

/* Ended by its parent. */
static void victim(void) {
  for (;;) pause();
}

static void* exits_5(void* unused) {
  prctl(PR_SET_NAME, "worker");
  await_leader();
  _exit(5);
  return unused;
}

static void leader_first(void) {
  start_thread(exits_5);
  leave(3);
}

static void* leaves_6(void* unused) {
  await_leader();
  leave(6);
  return unused;
}

/* Whose status counts depends on the kernel. */
static void all_leave(void) {
  start_thread(leaves_6);
  leave(3);
}

static void* pauses(void* unused) {
  victim();
  return unused;
}

/* Ended by its parent when its leader is a zombie. */
static void zombie_leader(void) {
  start_thread(pauses);
  leave(3);
}

static void* exits_9(void* unused) {
  _exit(9);
  return unused;
}

static void thread_exits(void) {
  start_thread(exits_9);
  victim();
}

static void* execs(void* after) {
  execl(program, program, "--then", after ? "leader_exec" : "thread_exec", NULL);
  _exit(98);
}

static void thread_exec(void) {
  start_thread(execs);
  victim();
}

static void* execs_alone(void* unused) {
  (void)unused;
  await_leader();
  return execs("");
}

static void leader_exec(void) {
  start_thread(execs_alone);
  leave(3);
}

static void* one_of_many(void* unused) {
  pthread_barrier_wait(&together);
  burn(CLOCK_THREAD_CPUTIME_ID, 300000);
  __atomic_fetch_add(&legacy->used_ns, now(CLOCK_THREAD_CPUTIME_ID), __ATOMIC_SEQ_CST);
  pthread_barrier_wait(&together);
  leave(0);
  return unused;
}

/* All at once: each may think that it is the last. */
static void many_threads(void) {
  pthread_barrier_init(&together, NULL, kThreads);
  for (int i = 1; i < kThreads; i++) start_thread(one_of_many);
  one_of_many(NULL);
}

static void burns(void) {
  burn(CLOCK_PROCESS_CPUTIME_ID, 20000000);
  legacy->used_ns = now(CLOCK_PROCESS_CPUTIME_ID);
  _exit(0);
}

static void touches(void) {
  char* memory = mmap(NULL, kTouched, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(memory == MAP_FAILED ? -1 : 0);
  memset(memory, 1, kTouched);
  CHECK(munmap(memory, kTouched));
  _exit(0);
}

static void orphan(pid_t parent) {
  prctl(PR_SET_NAME, "orphan");
  while (getppid() == parent) sched_yield();
  _exit(31);
}

/* Its child outlives it. */
static void deserter(void) {
  const pid_t self = getpid();
  const pid_t child = fork();
  CHECK(child);
  if (child == 0) orphan(self);
  legacy->child = child;
  _exit(30);
}

/* Its child is its sister. */
static void clones(void) {
  struct clone_args args = {.flags = CLONE_PARENT};
  const pid_t child = syscall(SYS_clone3, &args, sizeof(args));
  CHECK(child);
  if (child == 0) {
    prctl(PR_SET_NAME, "sister");
    _exit(33);
  }
  legacy->child = child;
  _exit(32);
}

/* Traced by somebody who is not its parent. */
static void traced(void) {
  while (!__atomic_load_n(&legacy->traced, __ATOMIC_SEQ_CST)) sched_yield();
  _exit(41);
}

struct way {
  const char* name;
  void (*run)(void);
  int kill;    /* the signal that its parent ends it with */
  int threads; /* that it ever had; 0: 1 */
};

static const struct way kWays[] = {
    {"zero", zero, 0, 0},
    {"code_77", code_77, 0, 0},
    {"code_300", code_300, 0, 0},
    {"segv_core", segv_core, 0, 0},
    {"segv_no_core", segv_no_core, 0, 0},
    {"killed", victim, SIGKILL, 0},
    {"terminated", victim, SIGTERM, 0},
    {"leader_first", leader_first, 0, 2},
    {"all_leave", all_leave, 0, 2},
    {"zombie_leader", zombie_leader, SIGKILL, 2},
    {"thread_exits", thread_exits, 0, 2},
    {"thread_exec", thread_exec, 0, 2},
    {"leader_exec", leader_exec, 0, 2},
    {"many_threads", many_threads, 0, kThreads},
    {"burns", burns, 0, 0},
    {"touches", touches, 0, 0},
    {"deserter", deserter, 0, 0},
    {"clones", clones, 0, 0},
    {"traced", traced, 0, 0},
};

/* Waits for a child and tells of it; birth_ppid is who forked it. */
static void report(const char* name, pid_t pid, pid_t birth_ppid, long long begun, int threads) {
  struct rusage used;
  int status;
  CHECK(wait4(pid, &status, 0, &used));
  printf("{\"comm\":\"%s\",\"pid\":%d,\"ppid\":%d,\"birth_ppid\":%d,\"status\":%d", name, pid,
         getpid(), birth_ppid, status);
  printf(",\"threads\":%d,\"measured_ns\":%lld", threads ? threads : 1, legacy->used_ns);
  printf(",\"rusage_us\":%lld", (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000LL +
                                    used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  printf(",\"max_rss_bytes\":%lld", used.ru_maxrss * 1024LL);
  printf(",\"begun_ns\":%lld,\"gone_ns\":%lld}\n", begun, now(CLOCK_BOOTTIME));
  fflush(stdout);
}

/* Traces the process and does not let go before it has ended. */
static void trace(pid_t pid) {
  int status;
  CHECK(ptrace(PTRACE_SEIZE, pid, 0, 0));
  __atomic_store_n(&legacy->traced, 1, __ATOMIC_SEQ_CST);
  CHECK(waitpid(pid, &status, __WALL));
  _exit(WIFEXITED(status) ? 0 : 1);
}

/* Ends it when it does nothing any more, and where it is to be so, when its leader has ended. */
static void end_from_outside(const struct way* way, pid_t pid) {
  char path[64], text[512];
  const char* wanted = way->threads ? ") Z " : ") S ";
  snprintf(path, sizeof(path), "/proc/%d/stat", pid);
  do {
    FILE* file = fopen(path, "r");
    if (!file || !fgets(text, sizeof(text), file)) exit(1);
    fclose(file);
  } while (!strstr(text, wanted));
  CHECK(kill(pid, way->kill));
}

static void end_one(const struct way* way) {
  const long long begun = now(CLOCK_BOOTTIME);
  pid_t tracer = 0;
  *legacy = (struct legacy){0};
  const pid_t pid = fork();
  CHECK(pid);
  if (pid == 0) {
    prctl(PR_SET_NAME, way->name);
    way->run();
    _exit(99);
  }
  if (way->run == traced) {
    tracer = fork();
    CHECK(tracer);
    if (tracer == 0) {
      prctl(PR_SET_NAME, "tracer");
      trace(pid);
    }
  }
  if (way->kill) end_from_outside(way, pid);
  report(way->name, pid, getpid(), begun, way->threads);
  if (tracer) report("tracer", tracer, getpid(), begun, 1);
  if (way->run == deserter) report("orphan", legacy->child, pid, begun, 1);
  if (way->run == clones) report("sister", legacy->child, getpid(), begun, 1);
}

int main(int argc, char** argv) {
  if (argc == 3 && strcmp(argv[1], "--then") == 0) {
    prctl(PR_SET_NAME, argv[2]);
    return 21;
  }
  if (argc != 2) return 2;
  program = argv[0];
  CHECK(chdir(argv[1]));
  CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1));
  alarm(60);
  legacy = mmap(NULL, sizeof(*legacy), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(legacy == MAP_FAILED ? -1 : 0);
  for (size_t i = 0; i < sizeof(kWays) / sizeof(*kWays); i++) end_one(&kWays[i]);
  return 0;
}
