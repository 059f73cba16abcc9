/*
 * execs FOLDER SELF: starts programs in every way there is, in an empty FOLDER (absolute, no links
 * in it). SELF is this file's own path, and `execs as …` ends at once with status 0. Each call of
 * execve or execveat is written to stdout as a line of JSON with what a row must say of it; texts
 * are hex, as they need not be UTF-8. A call that does not end as it should ends the program.
 *
 * Failures are made in this process, one after the other; each success in a child, which is waited
 * for. What is expected is spelt out here and never asked of what records.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define AT_EXECVE_CHECK 0x10000 /* linux/fcntl.h, since 6.14 */
#define ARGS(...) ((char*[]){__VA_ARGS__, NULL})

static const char* self;
/* All that a program of ours is given besides: no capture may have it. */
static char* const environment[] = {"MARKER=only-in-the-environment-b7f1", NULL};

/* What a row must say. */
struct row {
  const char* what;
  const char* filename; /* NULL: not readable */
  const char* interp;   /* NULL: filename */
  char* const* argv;
  int truncated;
  const char* cwd;
  const char* comm; /* "": it is not the same on all kernels */
  int error;
};

static void put_hex(FILE* out, const char* bytes) {
  fputc('"', out);
  for (; *bytes; bytes++) fprintf(out, "%02x", (unsigned char)*bytes);
  fputc('"', out);
}

static void put_text(FILE* out, const char* key, const char* text) {
  fprintf(out, ",\"%s\":", key);
  if (text) {
    put_hex(out, text);
  } else {
    fputs("null", out);
  }
}

static void tell(const struct row* row, pid_t pid, pid_t tid, pid_t ppid) {
  char current[4096], comm[16];
  CHECK(prctl(PR_GET_NAME, comm));
  if (!row->cwd) CHECK(syscall(SYS_getcwd, current, sizeof(current)));
  printf("{\"what\":\"%s\",\"pid\":%d,\"tid\":%d,\"ppid\":%d,\"uid\":%d,\"ret\":%d", row->what, pid,
         tid, ppid, getuid(), -row->error);
  put_text(stdout, "filename", row->filename);
  put_text(stdout, "interp", row->interp);
  put_text(stdout, "cwd", row->cwd ? row->cwd : current);
  put_text(stdout, "comm", row->comm ? row->comm : comm);
  printf(",\"truncated\":%d,\"argv\":[", row->truncated);
  for (int i = 0; row->argv && row->argv[i]; i++) {
    if (i) fputc(',', stdout);
    put_hex(stdout, row->argv[i]);
  }
  puts("]}");
  fflush(stdout);
}

/* A call that must fail so, in this process. */
static void failed(struct row row, long result) {
  const int error = result < 0 ? errno : 0;
  if (error != row.error) {
    dprintf(2, "%s: errno %d, expected %d\n", row.what, error, row.error);
    exit(1);
  }
  tell(&row, getpid(), (pid_t)syscall(SYS_gettid), getppid());
}

typedef void (*starter)(void);

/* Has a child start a program, which must end with 0. A row without a comm: the program is self. */
static void succeeded(struct row row, starter start) {
  const pid_t child = fork();
  CHECK(child);
  if (child == 0) {
    start();
    dprintf(2, "%s: %m\n", row.what);
    _exit(1);
  }
  int status;
  CHECK(waitpid(child, &status, 0));
  if (status != 0) {
    dprintf(2, "%s: status %d\n", row.what, status);
    exit(1);
  }
  if (!row.comm) row.comm = "execs";
  tell(&row, child, child, getpid());
}

/* What the children do: each is a call that does not return. */
static char* const* given;
static const char* name;
static int descriptor;

static void by_execve(void) { syscall(SYS_execve, name, given, environment); }

static void by_execveat(void) { syscall(SYS_execveat, descriptor, name, given, environment, 0); }

static void by_descriptor(void) {
  syscall(SYS_execveat, descriptor, "", given, environment, AT_EMPTY_PATH);
}

static void* exec_in_thread(void* unused) {
  prctl(PR_SET_NAME, "another-thread");
  by_execve();
  return unused;
}

static void by_thread(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, exec_in_thread, NULL) == 0) pthread_join(thread, NULL);
}

static void in_chroot(void) {
  if (chroot("jail") < 0 || chdir("/work") < 0) return;
  by_execve();
}

static void in_mount_namespace(void) {
  if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
      mount("jail", "mounted", NULL, MS_BIND, NULL) < 0 || chdir("mounted/work") < 0)
    return;
  by_execve();
}

static void in_root(void) {
  if (chdir("/") == 0) by_execve();
}

static void in_deleted(void) {
  if (mkdir("gone", 0755) == 0 && chdir("gone") == 0 && rmdir("../gone") == 0) by_execve();
}

/* What the kernel says to execve and execveat from now on. */
static void seccomp_execs(unsigned int action) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, action),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

/* In a child that tells its own row. */
static void in_child(void (*work)(void)) {
  const pid_t child = fork();
  CHECK(child);
  if (child == 0) {
    work();
    _exit(0);
  }
  int status;
  CHECK(waitpid(child, &status, 0));
  if (status != 0) exit(1);
}

/* The kernel does not even read what it denies: it has to be in memory. */
static void denied(void) {
  char words[][16] = {"as", "denied"};
  char* const args[] = {words[0], words[1], NULL};
  seccomp_execs(SECCOMP_RET_ERRNO | EPERM);
  failed((struct row){"seccomp denies", self, .argv = args, .error = EPERM},
         syscall(SYS_execve, self, args, environment));
}

static void faked(void) {
  seccomp_execs(SECCOMP_RET_ERRNO | 0);
  if (syscall(SYS_execve, self, ARGS("as", "faked"), environment) != 0) _exit(1);
}

static void write_file(const char* path, const char* text, mode_t mode) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  CHECK(fd);
  CHECK(write(fd, text, strlen(text)));
  CHECK(fchmod(fd, mode));
  CHECK(close(fd));
}

/* Copies this program: a static one, so that it runs in an empty root. */
static int copy_self(int to) {
  char buffer[65536];
  const int from = open(self, O_RDONLY | O_CLOEXEC);
  ssize_t size;
  CHECK(from);
  while ((size = read(from, buffer, sizeof(buffer))) > 0) CHECK(write(to, buffer, size));
  CHECK(close(from));
  return to;
}

static void fails(const char* folder) {
  const int place = open("sub", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char path[4096];
  CHECK(place);
  failed((struct row){"ENOENT", "/missing/x", .argv = ARGS("x", "a b", ""), .error = ENOENT},
         syscall(SYS_execve, "/missing/x", ARGS("x", "a b", ""), environment));
  failed((struct row){"ENOENT, relative", "./missing", .argv = ARGS("x"), .error = ENOENT},
         syscall(SYS_execve, "./missing", ARGS("x"), environment));
  failed((struct row){"EACCES", "plain", .argv = ARGS("plain"), .error = EACCES},
         syscall(SYS_execve, "plain", ARGS("plain"), environment));
  failed((struct row){"ENOEXEC", "bare.sh", .argv = ARGS("bare.sh", "1"), .error = ENOEXEC},
         syscall(SYS_execve, "bare.sh", ARGS("bare.sh", "1"), environment));
  failed((struct row){"EFAULT for the name", NULL, .argv = ARGS("x"), .error = EFAULT},
         syscall(SYS_execve, (char*)8, ARGS("x"), environment));
  failed((struct row){"EFAULT for the arguments", self, .truncated = 1, .error = EFAULT},
         syscall(SYS_execve, self, (char**)8, environment));
  failed((struct row){"EFAULT for one", self, .argv = ARGS("x"), .truncated = 1, .error = EFAULT},
         syscall(SYS_execve, self, ARGS("x", (char*)8, "y"), environment));
  failed((struct row){"no arguments at all", "/missing/y", .error = ENOENT},
         syscall(SYS_execve, "/missing/y", NULL, environment));
  failed((struct row){"empty name", "", .argv = ARGS("x"), .error = ENOENT},
         syscall(SYS_execve, "", ARGS("x"), environment));
  snprintf(path, sizeof(path), "/dev/fd/%d/missing", place);
  failed((struct row){"execveat below a directory", path, .argv = ARGS("x"), .error = ENOENT},
         syscall(SYS_execveat, place, "missing", ARGS("x"), environment, 0));
  snprintf(path, sizeof(path), "/dev/fd/%d", place);
  failed((struct row){"execveat of a directory", path, .argv = ARGS("x"), .error = EACCES},
         syscall(SYS_execveat, place, "", ARGS("x"), environment, AT_EMPTY_PATH));
  failed(
      (struct row){"execveat by no descriptor", "/dev/fd/-7/x", .argv = ARGS("x"), .error = EBADF},
      syscall(SYS_execveat, -7, "x", ARGS("x"), environment, 0));
  failed((struct row){"execveat, absolute", "/missing/z", .argv = ARGS("x"), .error = ENOENT},
         syscall(SYS_execveat, -7, "/missing/z", ARGS("x"), environment, 0));
  failed((struct row){"execveat by AT_FDCWD", "missing", .argv = ARGS("x"), .error = ENOENT},
         syscall(SYS_execveat, AT_FDCWD, "missing", ARGS("x"), environment, 0));
  failed((struct row){"bytes that are no text", "mis\xff\n\\x41",
                      .argv = ARGS("\xc3\xa4\xc3\n\033", "\\xFF"), .error = ENOENT},
         syscall(SYS_execve, "mis\xff\n\\x41", ARGS("\xc3\xa4\xc3\n\033", "\\xFF"), environment));
  CHECK(chdir("sub"));
  snprintf(path, sizeof(path), "%s/sub", folder);
  failed((struct row){"elsewhere", "../missing", .argv = ARGS("x"), .cwd = path, .error = ENOENT},
         syscall(SYS_execve, "../missing", ARGS("x"), environment));
  CHECK(chdir(folder));
  CHECK(close(place));
  in_child(denied);
  in_child(faked);
}

/* An argument in a page of this file that nobody has touched. */
__attribute__((aligned(65536))) static const char cold[3 * 65536] = "cold";

static char* long_args[202];

static void make_long_args(void) {
  long_args[0] = "as";
  for (int i = 1; i <= 200; i++) {
    CHECK(asprintf(&long_args[i], "%03d:%0*d", i, 300 - 4, i));
  }
}

static void succeeds(const char* folder) {
  char path[4096];
  name = self;
  given = ARGS("as", "", "a b", "\xff\n\\x41", "");
  succeeded((struct row){"execve", self, .argv = given}, by_execve);
  succeeded((struct row){"a thread that is not the first", self, .argv = given}, by_thread);
  given = ARGS("as", (char*)cold + 65536 * 0, (char*)cold + 65536 * 2);
  succeeded((struct row){"cold pages", self, .argv = given}, by_execve);
  given = long_args;
  succeeded((struct row){"200 arguments of 300 bytes", self, .argv = given}, by_execve);
  failed((struct row){"200 arguments of 300 bytes, failing", "/missing/200", .argv = given,
                      .error = ENOENT},
         syscall(SYS_execve, "/missing/200", given, environment));
  given = (char*[]){NULL};
  succeeded((struct row){"empty argv", self, .argv = ARGS("")}, by_execve);

  given = ARGS("as", "by descriptor");
  descriptor = open(self, O_PATH);
  snprintf(path, sizeof(path), "/dev/fd/%d", descriptor);
  succeeded((struct row){"fexecve", path, .argv = given, .comm = ""}, by_descriptor);
  CHECK(close(descriptor));
  descriptor = copy_self(memfd_create("in-memory", 0));
  CHECK(descriptor);
  snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
  const int again = open(path, O_RDONLY);
  CHECK(again);
  CHECK(close(descriptor));
  descriptor = again;
  snprintf(path, sizeof(path), "/dev/fd/%d", descriptor);
  succeeded((struct row){"memfd", path, .argv = given, .comm = ""}, by_descriptor);
  CHECK(close(descriptor));
  descriptor = open("sub", O_RDONLY | O_DIRECTORY);
  name = "copy";
  snprintf(path, sizeof(path), "/dev/fd/%d/copy", descriptor);
  succeeded((struct row){"execveat below a directory", path, .argv = given, .comm = "copy"},
            by_execveat);
  CHECK(close(descriptor));

  given = ARGS("ignored", "a b");
  name = "./script";
  succeeded((struct row){"script", "./script", .interp = self,
                         .argv = ARGS((char*)self, "as x", "./script", "a b"), .comm = "script"},
            by_execve);
  name = "./chain";
  succeeded((struct row){"chain of interpreters", "./chain", .interp = self,
                         .argv = ARGS((char*)self, "as x", "./script", "./chain", "a b"),
                         .comm = "chain"},
            by_execve);

  name = "/copy";
  given = ARGS("as");
  snprintf(path, sizeof(path), "%s/jail/work", folder);
  succeeded((struct row){"in a chroot", "/copy", .argv = given, .cwd = path, .comm = "copy"},
            in_chroot);
  name = "../copy";
  snprintf(path, sizeof(path), "%s/mounted/work", folder);
  succeeded(
      (struct row){"in a mount namespace", "../copy", .argv = given, .cwd = path, .comm = "copy"},
      in_mount_namespace);
  name = self;
  succeeded((struct row){"in the root", self, .argv = given, .cwd = "/"}, in_root);
  snprintf(path, sizeof(path), "%s/gone", folder);
  succeeded((struct row){"in a removed folder", self, .argv = given, .cwd = path}, in_deleted);
}

static void copy_to(const char* path) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
  CHECK(fd);
  CHECK(close(copy_self(fd)));
}

int main(int count, char** words) {
  /* As a program that was started: an argv[0] of "as", none, or as an interpreter. */
  if (count != 3 || !strchr(words[1], '/')) return 0;
  self = words[2];
  CHECK(chdir(words[1]));
  umask(0);
  char text[4096];
  CHECK(mkdir("sub", 0755));
  CHECK(mkdir("jail", 0755));
  CHECK(mkdir("jail/work", 0755));
  CHECK(mkdir("mounted", 0755));
  copy_to("sub/copy");
  copy_to("jail/copy");
  write_file("plain", "x\n", 0644);
  write_file("bare.sh", "exit 0\n", 0755);
  snprintf(text, sizeof(text), "#!%s as x\n", self);
  write_file("script", text, 0755);
  write_file("chain", "#!./script\n", 0755);
  make_long_args();
  fails(words[1]);
  succeeds(words[1]);
  /* 0 since Linux 6.14, EINVAL before: no program begins. */
  if (syscall(SYS_execveat, AT_FDCWD, self, ARGS("as", "checked"), environment, AT_EXECVE_CHECK) ==
      0)
    return 0;
  failed((struct row){"AT_EXECVE_CHECK on an older kernel", self, .argv = ARGS("as", "checked"),
                      .error = EINVAL},
         -1);
  return 0;
}
