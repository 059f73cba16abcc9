/*
 * Waits until every probe is live, then becomes the command that is to be recorded. Between fork
 * and exec stands no shell and no library of ours, and what tracecap's runtime changed is put back:
 * Node raises the soft limit of open files and resets ignored signals.
 *
 *   launch GO STATUS NOFILE SIGIGN SIGBLK UID GID USER COMMAND [ARGS...]
 *
 * GO      socket to write one byte to when nothing but the exec is left to do, and then to read one
 *         from; its end without a byte means that nothing will run
 * STATUS  descriptor to write the errno of a failed exec to, in decimal
 * NOFILE  soft limit of open files, or "-"
 * SIGIGN, SIGBLK  masks of ignored and blocked signals, hex as in /proc/PID/status
 * UID, GID, USER  whom to run as, or "-"
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { kGo = 1, kStatus, kNoFile, kSigIgn, kSigBlk, kUid, kGid, kUser, kCommand };

/* As shells have it. */
enum { kNotExecutable = 126, kNotFound = 127 };

static int given(const char* word) { return strcmp(word, "-") != 0; }

static int wait_for_go(int fd) {
  char byte = 'w';
  ssize_t size = write(fd, &byte, 1);
  if (size < 0) return 0;
  do {
    size = read(fd, &byte, 1);
  } while (size < 0 && errno == EINTR);
  close(fd);
  return size == 1;
}

static void restore_limits(const char* nofile) {
  struct rlimit limit;
  if (!given(nofile) || getrlimit(RLIMIT_NOFILE, &limit)) return;
  limit.rlim_cur = strcmp(nofile, "unlimited") == 0 ? limit.rlim_max : strtoul(nofile, NULL, 10);
  setrlimit(RLIMIT_NOFILE, &limit);
}

static void restore_signals(const char* ignored, const char* blocked) {
  const unsigned long long ignore = strtoull(ignored, NULL, 16);
  const unsigned long long block = strtoull(blocked, NULL, 16);
  sigset_t mask;
  sigemptyset(&mask);
  for (int signal_number = 1; signal_number <= 64; signal_number++) {
    if (ignore >> (signal_number - 1) & 1) signal(signal_number, SIG_IGN);
    if (block >> (signal_number - 1) & 1) sigaddset(&mask, signal_number);
  }
  sigprocmask(SIG_SETMASK, &mask, NULL);
}

/* 0, or -1 and errno. */
static int become(const char* uid, const char* gid, const char* user) {
  if (!given(uid)) return 0;
  const gid_t group = strtoul(gid, NULL, 10);
  if (initgroups(user, group) || setgid(group)) return -1;
  return setuid(strtoul(uid, NULL, 10));
}

/* Whether execve() has a chance; 0, or an errno. */
static int cannot_run(const char* path) {
  struct stat about;
  if (stat(path, &about)) return errno;
  if (!S_ISREG(about.st_mode)) return EACCES;
  return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) ? errno : 0;
}

/*
 * Finds a command as execvp(3) does, but before the recording: the tries that fail are ours, not
 * the command's. Gives 0 and its path, or an errno.
 */
static int find_command(const char* name, char* path, size_t size) {
  snprintf(path, size, "%s", name);
  if (strchr(name, '/')) return 0;
  if (!*name) return ENOENT;
  const char* folder = getenv("PATH");
  if (!folder) folder = "/bin:/usr/bin"; /* confstr(_CS_PATH), as execvp(3) has it */
  int error = ENOENT;
  for (;;) {
    const size_t length = strcspn(folder, ":");
    const int fits = (int)length + 1 + strlen(name) < size;
    snprintf(path, size, "%.*s%s%s", (int)length, folder, length ? "/" : "", name);
    const int obstacle = fits ? cannot_run(path) : ENAMETOOLONG;
    if (!obstacle) return 0;
    if (obstacle == EACCES) error = EACCES;
    if (!folder[length]) return error;
    folder += length + 1;
  }
}

/* execvp(3): what the kernel does not know as a program is read by the shell. Gives an errno. */
static int run(const char* path, char** words, int count) {
  execv(path, words);
  if (errno != ENOEXEC) return errno;
  char** shell = calloc(count + 2, sizeof(*shell));
  if (!shell) return ENOMEM;
  shell[0] = "/bin/sh";
  shell[1] = (char*)path;
  memcpy(&shell[2], &words[1], count * sizeof(*shell)); /* with the NULL behind the last */
  execv(shell[0], shell);
  return errno;
}

int main(int argc, char** argv) {
  if (argc <= kCommand) return kNotFound;
  const int status = atoi(argv[kStatus]);
  fcntl(status, F_SETFD, FD_CLOEXEC);
  /* looks up groups, which opens files: so before the recording */
  int error = become(argv[kUid], argv[kGid], argv[kUser]) ? errno : 0;
  char path[PATH_MAX];
  if (!error) error = find_command(argv[kCommand], path, sizeof(path));
  if (!wait_for_go(atoi(argv[kGo]))) return kNotExecutable;
  if (!error) {
    restore_limits(argv[kNoFile]);
    restore_signals(argv[kSigIgn], argv[kSigBlk]);
    error = run(path, argv + kCommand, argc - kCommand);
  }
  dprintf(status, "%d", error);
  return error == ENOENT ? kNotFound : kNotExecutable;
}
