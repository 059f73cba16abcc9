#include "iterator.h"

#include <bpf/bpf.h>
#include <unistd.h>

#include <cerrno>

namespace tracecap {

int RunIteratorProgram(const bpf_program* program, const bpf_map* map,
                       std::vector<uint8_t>* output) {
  bpf_iter_link_info target = {};
  LIBBPF_OPTS(bpf_iter_attach_opts, options);
  if (map) {
    target.map.map_fd = bpf_map__fd(map);
    options.link_info = &target;
    options.link_info_len = sizeof(target);
  }
  bpf_link* link = bpf_program__attach_iter(program, &options);
  if (!link) return errno;
  const int fd = bpf_iter_create(bpf_link__fd(link));
  const int refused = errno;
  bpf_link__destroy(link);
  if (fd < 0) return refused;
  uint8_t buffer[16 * 1024];
  ssize_t size;
  do {
    size = read(fd, buffer, sizeof(buffer));
    if (size > 0) output->insert(output->end(), buffer, buffer + size);
  } while (size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN)));
  const int error = errno;
  close(fd);
  return size < 0 ? error : 0;
}

}  // namespace tracecap
