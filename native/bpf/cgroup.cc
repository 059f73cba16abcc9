#include "cgroup.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "errors.h"

namespace tracecap {
namespace {

// FILEID_KERNFS, include/linux/exportfs.h: a handle that is the 64-bit id of a kernfs node, which
// for a cgroup is the id that BPF programs see (since Linux 5.5, commit 40430452fd5d).
constexpr int kKernfsHandle = 0xfe;

}  // namespace

Napi::Value CgroupPath(const Napi::CallbackInfo& info) {
  bool lossless;
  const uint64_t id = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
  alignas(file_handle) uint8_t bytes[sizeof(file_handle) + sizeof(id)];
  auto* handle = reinterpret_cast<file_handle*>(bytes);
  handle->handle_bytes = sizeof(id);
  handle->handle_type = kKernfsHandle;
  std::memcpy(handle->f_handle, &id, sizeof(id));
  const int mount = info[0].As<Napi::Number>().Int32Value();
  const int fd = open_by_handle_at(mount, handle, O_PATH | O_CLOEXEC);
  if (fd < 0 && (errno == ESTALE || errno == ENOENT)) return info.Env().Null();
  if (fd < 0) throw ErrnoError(info.Env(), "open a cgroup by its id", errno);
  char path[PATH_MAX];
  const ssize_t size =
      readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof(path));
  const int error = errno;
  close(fd);
  if (size < 0) throw ErrnoError(info.Env(), "read the path of a cgroup", error);
  return Napi::Buffer<char>::Copy(info.Env(), path, size);
}

}  // namespace tracecap
