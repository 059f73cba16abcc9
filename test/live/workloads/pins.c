/*
 * pins map PATH KEY_BYTES VALUE_BYTES: pins an empty hash map; then a line "+NUMBER" puts a key
 * into it, "-NUMBER" takes it out, each answered by "done LINE". pins array PATH, pins program
 * PATH: pins another map, a program.
 */
#include <err.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int command, union bpf_attr *attr) {
  return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int create_map(__u32 type, __u32 key_bytes, __u32 value_bytes) {
  union bpf_attr attr = {
      .map_type = type,
      .key_size = key_bytes,
      .value_size = value_bytes,
      .max_entries = 16,
  };

  return bpf(BPF_MAP_CREATE, &attr);
}

/* Gives 0, whatever it is given. */
static int load_program(void) {
  struct bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
      {.code = BPF_JMP | BPF_EXIT},
  };
  union bpf_attr attr = {
      .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
      .insns = (uintptr_t)code,
      .insn_cnt = 2,
      .license = (uintptr_t) "GPL",
  };

  return bpf(BPF_PROG_LOAD, &attr);
}

static void pin(int fd, const char *path) {
  union bpf_attr attr = {.pathname = (uintptr_t)path, .bpf_fd = (__u32)fd};

  if (fd < 0 || bpf(BPF_OBJ_PIN, &attr)) err(1, "cannot pin %s", path);
}

static void change(int map, const char *line) {
  __u64 key = strtoull(line + 1, NULL, 10);
  char value[64] = {0};
  union bpf_attr attr = {
      .map_fd = (__u32)map,
      .key = (uintptr_t)&key,
  };
  int command = BPF_MAP_DELETE_ELEM;

  if (*line == '+') {
    command = BPF_MAP_UPDATE_ELEM;
    attr.value = (uintptr_t)value;
  }
  if (bpf(command, &attr)) err(1, "cannot change the map: %s", line);
}

int main(int argc, char **argv) {
  char line[32];
  int fd = -1;

  if (argc < 3) errx(2, "no path");
  if (!strcmp(argv[1], "map") && argc == 5)
    fd = create_map(BPF_MAP_TYPE_HASH, (__u32)atoi(argv[3]), (__u32)atoi(argv[4]));
  else if (!strcmp(argv[1], "array"))
    fd = create_map(BPF_MAP_TYPE_ARRAY, 4, 8);
  else if (!strcmp(argv[1], "program"))
    fd = load_program();
  pin(fd, argv[2]);
  printf("ready\n");
  fflush(stdout);
  while (scanf("%31s", line) == 1) {
    change(fd, line);
    printf("done %s\n", line);
    fflush(stdout);
  }
}
