/*
 * opens FOLDER: eight threads, each with its own list of opens made by raw system calls, in an
 * empty FOLDER (absolute, no links in it). Every call is written to FOLDER/report as a line of JSON
 * with what a recording must say of it: names and paths as hex, as they need not be UTF-8.
 *
 * The expected path is spelt out here and never asked of the kernel, and a call that does not end
 * as the list says ends the program. Threads call nothing that opens files by itself: no malloc.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { kPathMax = 4096, kThreads = 8, kNobody = 65534, kRound = 20, kText = 8192 };

static const char* folder;
static int report;
static __thread unsigned long mntns;

/* Text that lives until the same thread has made eight more: FOLDER followed by what is formatted.
 */
__attribute__((format(printf, 1, 2))) static const char* in(const char* format, ...) {
  static __thread char texts[8][kText];
  static __thread unsigned next;
  char* text = texts[next++ % 8];
  const int begun = snprintf(text, kText, "%s/", folder);
  va_list values;
  va_start(values, format);
  vsnprintf(text + begun, kText - begun, format, values);
  va_end(values);
  return text;
}

/* One call: what was passed, and what is to become of it. */
struct call {
  const char* syscall;
  const char* name; /* NULL: not readable */
  const char* path; /* NULL: no row can know it */
  unsigned long long flags;
  int no_flags; /* the kernel could not read them */
  long mode;    /* -1: takes none */
  int has_dirfd;
  int dirfd;
  int truncated;
  int error; /* 0: a descriptor is returned */
};

static char* put_hex(char* out, const char* key, const char* bytes) {
  if (!bytes) return out + sprintf(out, ",\"%s\":null", key);
  out += sprintf(out, ",\"%s\":\"", key);
  for (; *bytes; bytes++) out += sprintf(out, "%02x", (unsigned char)*bytes);
  return out + sprintf(out, "\"");
}

static char* put_number(char* out, const char* key, int known, long long value) {
  return known ? out + sprintf(out, ",\"%s\":%lld", key, value)
               : out + sprintf(out, ",\"%s\":null", key);
}

/* Writes what was done to the report; closes the descriptor. */
static void done(const struct call* call, long result) {
  static __thread char line[8 * kText];
  char comm[16];
  char* out = line;
  const long ret = result < 0 ? -errno : result;
  if (ret < 0 ? call->error != -ret : call->error != 0) {
    dprintf(2, "%s %s: %ld, not %d\n", call->syscall, call->name ? call->name : "", ret,
            -call->error);
    exit(1);
  }
  CHECK(prctl(PR_GET_NAME, comm));
  out += sprintf(out, "{\"pid\":%d,\"tid\":%ld,\"uid\":%ld,\"comm\":\"%s\",\"mntns\":%lu", getpid(),
                 syscall(SYS_gettid), syscall(SYS_getuid), comm, mntns);
  out += sprintf(out, ",\"syscall\":\"%s\",\"ret\":%ld,\"path_truncated\":%d", call->syscall, ret,
                 call->truncated);
  out = put_hex(out, "raw_path", call->name);
  out = put_hex(out, "path", call->path);
  out = put_number(out, "flags", !call->no_flags, (long long)call->flags);
  out = put_number(out, "mode", call->mode >= 0, call->mode);
  out = put_number(out, "dirfd", call->has_dirfd, call->dirfd);
  out += sprintf(out, "}\n");
  CHECK(write(report, line, out - line));
  if (result >= 0) close(result);
}

/* The mode as a row has it: only calls that may make a file take one. */
static long mode_taken(unsigned long long flags, unsigned mode) {
  return flags & (O_CREAT | (O_TMPFILE & ~O_DIRECTORY)) ? (long)mode : -1;
}

static void do_open(const char* name, unsigned flags, unsigned mode, int error, const char* path) {
  const struct call call = {.syscall = "open",
                            .name = name,
                            .path = path,
                            .flags = flags,
                            .mode = mode_taken(flags, (unsigned short)mode),
                            .error = error};
  done(&call, syscall(SYS_open, name, flags, mode));
}

static void do_openat(int dirfd, const char* name, unsigned flags, unsigned mode, int error,
                      const char* path) {
  const struct call call = {.syscall = "openat",
                            .name = name,
                            .path = path,
                            .flags = flags,
                            .mode = mode_taken(flags, (unsigned short)mode),
                            .has_dirfd = 1,
                            .dirfd = dirfd,
                            .error = error};
  done(&call, syscall(SYS_openat, dirfd, name, flags, mode));
}

static void do_creat(const char* name, unsigned mode, int error, const char* path) {
  const struct call call = {.syscall = "creat",
                            .name = name,
                            .path = path,
                            .flags = O_CREAT | O_WRONLY | O_TRUNC,
                            .mode = (unsigned short)mode,
                            .error = error};
  done(&call, syscall(SYS_creat, name, mode));
}

static void do_openat2(int dirfd, const char* name, struct open_how how, size_t size, int error,
                       const char* path) {
  const struct call call = {.syscall = "openat2",
                            .name = name,
                            .path = path,
                            .flags = how.flags,
                            .mode = mode_taken(how.flags, how.mode),
                            .has_dirfd = 1,
                            .dirfd = dirfd,
                            .error = error};
  done(&call, syscall(SYS_openat2, dirfd, name, &how, size));
}

static void make_file(const char* name) { CHECK(mknod(in("%s", name), S_IFREG | 0644, 0)); }

static void make_folder(const char* name) { CHECK(mkdir(in("%s", name), 0755)); }

/* Absolute names, through no link and through links. */
static void absolute(void) {
  for (int i = 0; i < kRound; i++) {
    do_open(in("plain"), O_RDONLY, 0, 0, in("plain"));
    do_openat(AT_FDCWD, in("sub/inner"), O_RDWR | O_CLOEXEC, 0, 0, in("sub/inner"));
    do_open(in("sub/../sub/./inner"), O_WRONLY | O_APPEND, 0, 0, in("sub/inner"));
    do_open(in("to-file"), O_RDONLY, 0, 0, in("plain"));
    do_openat(-1, in("to-sub/inner"), O_RDONLY, 0, 0, in("sub/inner"));
    do_open(in("to-file"), O_RDONLY | O_NOFOLLOW, 0, ELOOP, in("to-file"));
    do_openat(AT_FDCWD, in("to-file"), O_PATH | O_NOFOLLOW, 0, 0, in("to-file"));
    do_open(in("sub"), O_RDONLY | O_DIRECTORY, 0, 0, in("sub"));
    do_open("/", O_RDONLY | O_DIRECTORY, 0, 0, "/");
    do_open("//", O_PATH, 0, 0, "/");
    do_open(in("odd"), O_WRONLY | O_CREAT, -1, 0, in("odd"));
    do_openat(AT_FDCWD, in("odd"), O_WRONLY | O_CREAT, 1 << 16 | 0600, 0, in("odd"));
    do_creat(in("odd"), -1, 0, in("odd"));
  }
}

/* Relative names: cwd is this thread's own and changes, dirfd is another folder. */
static void relative(void) {
  CHECK(unshare(CLONE_FS));
  const int sub = syscall(SYS_open, folder, O_PATH);
  CHECK(sub);
  const struct call opened = {
      .syscall = "open", .name = folder, .path = folder, .flags = O_PATH, .mode = -1};
  const int again = dup(sub);
  done(&opened, sub);
  for (int i = 0; i < kRound; i++) {
    CHECK(chdir(in("sub")));
    do_openat(AT_FDCWD, "inner", O_RDONLY, 0, 0, in("sub/inner"));
    do_open("../plain", O_RDONLY, 0, 0, in("plain"));
    do_openat(again, "plain", O_RDONLY, 0, 0, in("plain"));
    do_openat(again, "missing", O_RDONLY, 0, ENOENT, in("missing"));
    do_open("missing", O_RDONLY, 0, ENOENT, in("sub/missing"));
    CHECK(chdir(in("sub/deeper")));
    do_open("../inner", O_RDONLY, 0, 0, in("sub/inner"));
    do_openat(AT_FDCWD, "./no/../such", O_RDONLY, 0, ENOENT, in("sub/deeper/./no/../such"));
    do_openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY, 0, 0, in("sub/deeper"));
    CHECK(chdir("/"));
    do_open("tracecap-no-such-file", O_RDONLY, 0, ENOENT, "/tracecap-no-such-file");
    do_open("", O_RDONLY, 0, ENOENT, "/");
    CHECK(chdir(in("gone-%d", i)));
    CHECK(rmdir(in("gone-%d", i)));
    do_open("late", O_RDONLY | O_CREAT, 0600, ENOENT, in("gone-%d/late", i));
  }
}

static struct open_how how(unsigned long long flags, unsigned mode, unsigned resolve) {
  return (struct open_how){.flags = flags, .mode = mode, .resolve = resolve};
}

/* What is in a file, mapped and never touched: not resident when the call begins. */
static const struct open_how* untouched(int file) {
  const void* page = mmap(NULL, sizeof(struct open_how), PROT_READ, MAP_SHARED, file, 0);
  CHECK(page == MAP_FAILED ? -1 : 0);
  return page;
}

/* What only openat2 has. */
static void with_how(void) {
  const size_t size = sizeof(struct open_how);
  const int dirfd = syscall(SYS_open, in("sub"), O_PATH);
  const int root = dup(dirfd);
  const struct call opened = {
      .syscall = "open", .name = in("sub"), .path = in("sub"), .flags = O_PATH, .mode = -1};
  struct {
    struct open_how how;
    unsigned long long more;
  } longer = {how(O_RDONLY, 0, 0), 1};
  const struct open_how new_one = how(O_RDWR | O_CREAT, 0640, 0);
  const int file = memfd_create("how", 0);
  CHECK(write(file, &new_one, size));
  done(&opened, dirfd);
  for (int i = 0; i < kRound; i++) {
    const struct call late = {.syscall = "openat2",
                              .name = "new",
                              .path = in("sub/new"),
                              .flags = O_RDWR | O_CREAT,
                              .mode = 0640,
                              .has_dirfd = 1,
                              .dirfd = root};
    done(&late, syscall(SYS_openat2, root, "new", untouched(file), size));
    do_openat2(root, "inner", how(O_RDONLY, 0, 0), size, 0, in("sub/inner"));
    do_openat2(root, "inner", how(O_RDONLY, 0, RESOLVE_BENEATH), size, 0, in("sub/inner"));
    do_openat2(root, "../plain", how(O_RDONLY, 0, RESOLVE_BENEATH), size, EXDEV,
               in("sub/../plain"));
    do_openat2(root, "/inner", how(O_RDWR, 0, RESOLVE_IN_ROOT), size, 0, in("sub/inner"));
    do_openat2(AT_FDCWD, in("to-file"), how(O_RDONLY, 0, RESOLVE_NO_SYMLINKS), size, ELOOP,
               in("to-file"));
    do_openat2(root, "new", how(O_RDWR | O_CREAT, 0640, 0), size, 0, in("sub/new"));
    do_openat2(root, "inner", how(O_RDONLY, 0644, 0), size, EINVAL, in("sub/inner"));
    do_openat2(root, "inner", how(1ULL << 40, 0, 0), size, EINVAL, in("sub/inner"));
    do_openat2(root, "inner", how(O_RDONLY, 0, 1U << 31), size, EINVAL, in("sub/inner"));
    do_openat2(root, "inner", how(O_RDONLY, 0, 0), size - 1, EINVAL, in("sub/inner"));

    const struct call too_big = {.syscall = "openat2",
                                 .name = "inner",
                                 .path = in("sub/inner"),
                                 .mode = -1,
                                 .has_dirfd = 1,
                                 .dirfd = root,
                                 .error = E2BIG};
    done(&too_big, syscall(SYS_openat2, root, "inner", &longer, sizeof(longer)));
    const struct call nowhere = {.syscall = "openat2",
                                 .name = "inner",
                                 .path = in("sub/inner"),
                                 .no_flags = 1,
                                 .mode = -1,
                                 .has_dirfd = 1,
                                 .dirfd = root,
                                 .error = EFAULT};
    done(&nowhere, syscall(SYS_openat2, root, "inner", (void*)1, size));
  }
}

static void on_alarm(int signal) { (void)signal; }

/* Waits in the open of a FIFO that nobody writes to, until a signal ends it. */
static void interrupted(void) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1};
  const struct itimerspec often = {{0, 5000000}, {0, 5000000}};
  const struct itimerspec never = {{0, 0}, {0, 0}};
  timer_t timer;
  event._sigev_un._tid = syscall(SYS_gettid);
  CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer));
  CHECK(timer_settime(timer, 0, &often, NULL));
  do_open(in("fifo"), O_RDONLY, 0, EINTR, in("fifo"));
  CHECK(timer_settime(timer, 0, &never, NULL));
}

/* Every way to fail, the last ones as somebody whom the file modes bind. */
static void failing(void) {
  static char component[300], whole[kText];
  memset(component, 'c', 256);
  memset(whole, '/', kText - 1);
  CHECK(unshare(CLONE_FS));
  CHECK(chdir(folder));
  whole[kPathMax] = 0;
  for (int i = 0; i < kRound; i++) {
    do_open(in("missing"), O_RDONLY, 0, ENOENT, in("missing"));
    do_openat(AT_FDCWD, in("plain/below"), O_RDONLY, 0, ENOTDIR, in("plain/below"));
    do_open(in("plain"), O_RDONLY | O_DIRECTORY, 0, ENOTDIR, in("plain"));
    do_open(in("loop"), O_RDONLY, 0, ELOOP, in("loop"));
    do_open(in("sub"), O_WRONLY, 0, EISDIR, in("sub"));
    do_open(in("plain"), O_RDWR | O_CREAT | O_EXCL, 0600, EEXIST, in("plain"));
    do_open(in("%s", component), O_RDONLY, 0, ENAMETOOLONG, in("%s", component));
    do_open(whole, O_RDONLY, 0, ENAMETOOLONG, whole);
    do_openat(-1, "plain", O_RDONLY, 0, EBADF, "?/plain");
    do_openat(999, "plain", O_RDONLY | O_CREAT, 0600, EBADF, "?/plain");
    do_openat(report, "below", O_RDONLY, 0, ENOTDIR, in("report/below"));
    /* an int: the upper half of a register says nothing, and the sign bit is not extended */
    do_open(in("missing"), 0x80000000U, 0, ENOENT, in("missing"));
    do_openat(AT_FDCWD, in("missing"), 0x80000000U, 0, ENOENT, in("missing"));

    const struct call nowhere = {.syscall = "open", .mode = -1, .error = EFAULT};
    done(&nowhere, syscall(SYS_open, NULL, O_RDONLY));
    const struct call nobody = {
        .syscall = "openat", .mode = -1, .has_dirfd = 1, .dirfd = AT_FDCWD, .error = EFAULT};
    done(&nobody, syscall(SYS_openat, AT_FDCWD, -1L, O_RDONLY));
  }
  interrupted();
  CHECK(syscall(SYS_setresuid, kNobody, kNobody, kNobody));
  for (int i = 0; i < kRound; i++) {
    do_open(in("secret"), O_RDONLY, 0, EACCES, in("secret"));
    do_openat(AT_FDCWD, "secret/below", O_RDONLY, 0, ENOTDIR, in("secret/below"));
    do_creat(in("sub/not-mine"), 0600, EACCES, in("sub/not-mine"));
    do_open(in("plain"), O_RDONLY, 0, 0, in("plain"));
  }
}

/* Names that are no text, or look like what a capture makes of them. */
static void strange_names(void) {
  static const char* const kNames[] = {
      "new\nline",        "esc\033[31m",      "tab\tquote\"",
      "\xff\xfe",         "half \xc3",        "over\xc0\xaflong",
      "\xed\xa0\x80",     "\xf4\x90\x80\x80", "literal \\x41",
      "lower \\xff",      "end \\x",          "\\x5C",
      "back\\slash",      "\xe2\x80\xaertl",  "gr\xc3\xbc\xc3\x9f",
      "\xf0\x9f\x90\x9d",
  };
  static char longest[kPathMax];
  CHECK(unshare(CLONE_FS));
  CHECK(chdir(in("sub")));
  for (int i = 0; i < kRound; i++) {
    for (size_t n = 0; n < sizeof(kNames) / sizeof(*kNames); n++) {
      do_open(kNames[n], O_RDWR | O_CREAT, 0600, 0, in("sub/%s", kNames[n]));
      do_open(in("%s", kNames[n]), O_RDONLY, 0, ENOENT, in("%s", kNames[n]));
    }
    do_openat(AT_FDCWD, "", O_RDONLY, 0, ENOENT, in("sub/"));
  }
  /* 4,095 bytes: the longest name that the kernel takes */
  size_t size = sprintf(longest, "%s", in("sub"));
  while (size + strlen("/inner") < kPathMax - 1) longest[size++] = '/';
  strcpy(longest + size, "/inner");
  do_open(longest, O_RDONLY, 0, 0, in("sub/inner"));
  longest[kPathMax - 2] = '!';
  do_open(longest, O_RDONLY, 0, ENOENT, longest);
}

/* Longer than a row holds: whole names are kept from the end. */
static void deep_folder(void) {
  enum { kLevels = 30, kName = 200, kKept = kPathMax / (kName + 1) };
  static char name[kName + 1], tail[kKept * (kName + 1) + 8], passed[kText], cut[kText];
  memset(name, 'd', kName);
  CHECK(unshare(CLONE_FS));
  CHECK(chdir(in("deep")));
  for (int level = 0; level < kLevels; level++) {
    CHECK(mkdir(name, 0755));
    CHECK(chdir(name));
  }
  CHECK(mknod("file", S_IFREG | 0644, 0));
  for (int level = 0; level < kKept; level++) {
    strcat(tail, "/");
    strcat(tail, name);
  }
  strcat(tail, "/file");
  const struct call deep = {
      .syscall = "open", .name = "file", .path = tail, .mode = -1, .truncated = 1};
  done(&deep, syscall(SYS_open, "file", O_RDONLY));

  memset(passed, '/', sizeof(passed) - 1);
  memset(cut, '/', kPathMax);
  const struct call too_long = {.syscall = "open",
                                .name = cut,
                                .path = cut,
                                .mode = -1,
                                .truncated = 1,
                                .error = ENAMETOOLONG};
  done(&too_long, syscall(SYS_open, passed, O_RDONLY));
}

/* Files that are made, and files that have no name. */
static void made_and_nameless(void) {
  struct stat status;
  int ends[2];
  char name[64];
  CHECK(pipe(ends));
  const int memory = memfd_create("tracecap", 0);
  CHECK(memory);
  umask(022);
  for (int i = 0; i < kRound; i++) {
    do_creat(in("made-%d", i), 0755, 0, in("made-%d", i));
    do_open(in("made-again-%d", i), O_WRONLY | O_CREAT | O_EXCL, 04711, 0, in("made-again-%d", i));
    do_open(in("plain"), O_WRONLY | O_TRUNC, 0777, 0, in("plain"));
    do_openat(AT_FDCWD, in("plain"), O_PATH, 0, 0, in("plain"));

    const int unnamed = syscall(SYS_open, in("sub"), O_TMPFILE | O_RDWR, 0600);
    CHECK(fstat(unnamed, &status));
    const struct call temporary = {.syscall = "open",
                                   .name = in("sub"),
                                   .path = in("sub/#%lu", (unsigned long)status.st_ino),
                                   .flags = O_TMPFILE | O_RDWR,
                                   .mode = 0600};
    done(&temporary, unnamed);

    sprintf(name, "/proc/self/fd/%d", ends[0]);
    do_open(name, O_RDONLY | O_NONBLOCK, 0, 0, name);
    sprintf(name, "/proc/self/fd/%d", memory);
    do_openat(AT_FDCWD, name, O_RDWR, 0, 0, name);
  }
}

static void note_mount_namespace(void) {
  struct stat status;
  CHECK(stat("/proc/thread-self/ns/mnt", &status));
  mntns = status.st_ino;
}

/* Another view of the same files: a mount namespace with a bind mount, and then a chroot. */
static void other_views(void) {
  CHECK(unshare(CLONE_NEWNS));
  note_mount_namespace();
  CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
  CHECK(mount(in("sub"), in("bound"), NULL, MS_BIND, NULL));
  CHECK(mount("tracecap", in("bound/deeper"), "tmpfs", 0, NULL));
  for (int i = 0; i < kRound; i++) {
    do_open(in("bound/inner"), O_RDONLY, 0, 0, in("bound/inner"));
    do_open(in("bound/deeper/new"), O_RDWR | O_CREAT, 0600, 0, in("bound/deeper/new"));
    do_open(in("bound"), O_RDONLY | O_DIRECTORY, 0, 0, in("bound"));
  }
  CHECK(chdir(in("bound/deeper")));
  do_open("new", O_RDONLY, 0, 0, in("bound/deeper/new"));
  do_open("../inner", O_RDONLY, 0, 0, in("bound/inner"));
  do_open("missing", O_RDONLY, 0, ENOENT, in("bound/deeper/missing"));
  /* A folder that is nowhere any more: the file system lives on for who is in it. */
  CHECK(umount2(in("bound/deeper"), MNT_DETACH));
  do_open("new", O_RDONLY, 0, 0, "?/new");
  do_openat(AT_FDCWD, "missing", O_RDONLY, 0, ENOENT, "?/missing");
  CHECK(chroot(in("jail")));
  CHECK(chdir("/cell"));
  for (int i = 0; i < kRound; i++) {
    do_open("/file", O_RDONLY, 0, 0, in("jail/file"));
    do_open("/../file", O_RDONLY, 0, 0, in("jail/file"));
    do_openat(AT_FDCWD, "../file", O_RDONLY, 0, 0, in("jail/file"));
    do_openat(AT_FDCWD, "missing", O_RDONLY, 0, ENOENT, in("jail/cell/missing"));
    do_open("/etc/passwd", O_RDONLY, 0, ENOENT, "/etc/passwd");
    do_open("/", O_PATH, 0, 0, in("jail"));
  }
}

static void make_tree(void) {
  make_file("plain");
  make_folder("sub");
  make_file("sub/inner");
  make_folder("sub/deeper");
  make_folder("bound");
  make_folder("deep");
  make_folder("jail");
  make_file("jail/file");
  make_folder("jail/cell");
  make_file("secret");
  CHECK(chmod(in("secret"), 0));
  CHECK(symlink("plain", in("to-file")));
  CHECK(symlink(in("sub"), in("to-sub")));
  CHECK(symlink("loop", in("loop")));
  CHECK(mkfifo(in("fifo"), 0600));
  for (int i = 0; i < kRound; i++) CHECK(mkdir(in("gone-%d", i), 0755));
}

static void (*const kLists[kThreads])(void) = {
    absolute,      relative,    with_how,          failing,
    strange_names, deep_folder, made_and_nameless, other_views,
};

static pthread_barrier_t everybody;

/* All at once, each under a name of its own. */
static void* run(void* index) {
  const long number = (long)index;
  char comm[16];
  snprintf(comm, sizeof(comm), "opens-%ld", number);
  CHECK(prctl(PR_SET_NAME, comm));
  note_mount_namespace();
  pthread_barrier_wait(&everybody);
  kLists[number]();
  return NULL;
}

int main(int argc, char** argv) {
  pthread_t threads[kThreads];
  const struct sigaction action = {.sa_handler = on_alarm};
  if (argc != 2) return 2;
  folder = argv[1];
  report = open(in("report"), O_WRONLY | O_CREAT | O_APPEND, 0644);
  CHECK(report);
  CHECK(sigaction(SIGUSR1, &action, NULL));
  make_tree();
  pthread_barrier_init(&everybody, NULL, kThreads);
  for (long i = 0; i < kThreads; i++) pthread_create(&threads[i], NULL, run, (void*)i);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  return 0;
}
