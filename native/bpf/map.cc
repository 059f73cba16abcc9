#include "map.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <string>

#include "errors.h"

namespace tracecap {

Napi::Value LookupMap(const Napi::CallbackInfo& info) {
  const auto key = info[1].As<Napi::Uint8Array>();
  auto value = Napi::Uint8Array::New(info.Env(), info[2].As<Napi::Number>().Uint32Value());
  const int fd = info[0].As<Napi::Number>().Int32Value();
  const int error = -bpf_map_lookup_elem(fd, key.Data(), value.Data());
  if (error == ENOENT) return info.Env().Null();
  if (error) throw ErrnoError(info.Env(), "look up in a map", error);
  return value;
}

Napi::Value OpenPinned(const Napi::CallbackInfo& info) {
  const std::string path = info[0].ToString().Utf8Value();
  // Read-only: its owner's entries are not ours to change, and less privilege is needed.
  LIBBPF_OPTS(bpf_obj_get_opts, options, .file_flags = BPF_F_RDONLY);
  const int fd = bpf_obj_get_opts(path.c_str(), &options);
  if (fd < 0) throw ErrnoError(info.Env(), "open " + path, -fd);
  return Napi::Number::New(info.Env(), fd);
}

}  // namespace tracecap
