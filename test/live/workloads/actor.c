/*
 * actor: for each word on stdin one child of that name, which does one thing of each sort that a
 * source records, all of them failing but its end: opens a file, starts a program, connects, exits.
 * Says "ready PID" first, and after each "child PID" and "done WORD". Ends with stdin.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A port that nobody listens on, and that nobody else can get while we have it. */
static struct sockaddr_in closed_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof(address);
  int holder = socket(AF_INET, SOCK_STREAM, 0);

  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (holder < 0 || bind(holder, (struct sockaddr *)&address, size) ||
      getsockname(holder, (struct sockaddr *)&address, &size))
    err(1, "cannot have a port");
  return address;
}

static void act(const char *word, const struct sockaddr_in *refuses) {
  char *const arguments[] = {(char *)word, NULL};
  int to = socket(AF_INET, SOCK_STREAM, 0);

  prctl(PR_SET_NAME, word);
  open("/tracecap-none", O_RDONLY);
  execv("/tracecap-none", arguments);
  if (!connect(to, (const struct sockaddr *)refuses, sizeof(*refuses))) _exit(1);
  _exit(0);
}

int main(void) {
  struct sockaddr_in refuses = closed_port();
  char word[16];

  printf("ready %d\n", getpid());
  fflush(stdout);
  while (scanf("%15s", word) == 1) {
    pid_t child = fork();

    if (!child) act(word, &refuses);
    if (waitpid(child, NULL, 0) != child) err(1, "cannot wait");
    printf("child %d\ndone %s\n", child, word);
    fflush(stdout);
  }
}
