#include "object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <linux/perf_event.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "btf_struct.h"
#include "errors.h"
#include "iterator.h"
#include "program_stats.h"
#include "variable.h"

namespace tracecap {
namespace {

std::string Text(const Napi::Value& value) { return value.ToString().Utf8Value(); }

}  // namespace

Napi::Function Object::Define(Napi::Env env) {
  return DefineClass(
      env, "BpfObject",
      {InstanceMethod<&Object::DescribeStruct>("describeStruct"),
       InstanceMethod<&Object::SetGlobal>("setGlobal"),
       InstanceMethod<&Object::SetMapEntries>("setMapEntries"),
       InstanceMethod<&Object::SetMapValueBytes>("setMapValueBytes"),
       InstanceMethod<&Object::ShareMap>("shareMap"), InstanceMethod<&Object::Disable>("disable"),
       InstanceMethod<&Object::Load>("load"), InstanceMethod<&Object::MapFd>("mapFd"),
       InstanceMethod<&Object::UpdateMap>("updateMap"),
       InstanceMethod<&Object::FindVariable>("findVariable"),
       InstanceMethod<&Object::SetFlag>("setFlag"), InstanceMethod<&Object::Attach>("attach"),
       InstanceMethod<&Object::AttachTracepoint>("attachTracepoint"),
       InstanceMethod<&Object::RunIterator>("runIterator"),
       InstanceMethod<&Object::ProgramStats>("programStats"),
       InstanceMethod<&Object::Detach>("detach"), InstanceMethod<&Object::Close>("close")});
}

Object::Object(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Object>(info) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  const std::string name = Text(info[1]);
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name.c_str());
  object_ = bpf_object__open_mem(bytes.Data(), bytes.ByteLength(), &options);
  if (!object_) throw ErrnoError(info.Env(), "open " + name, errno);
}

Object::~Object() { Destroy(); }

Napi::Value Object::DescribeStruct(const Napi::CallbackInfo& info) {
  return tracecap::DescribeStruct(info.Env(), bpf_object__btf(Opened(info.Env())), Text(info[0]));
}

void Object::SetGlobal(const Napi::CallbackInfo& info) {
  const std::string name = Text(info[0]);
  const auto variable = tracecap::FindVariable(Opened(info.Env()), ".rodata", name);
  if (!variable) throw ErrnoError(info.Env(), "global " + name, ENOENT);
  size_t size;
  const auto* initial = static_cast<const uint8_t*>(bpf_map__initial_value(variable->map, &size));
  if (!initial) throw ErrnoError(info.Env(), "global " + name, EBUSY);
  std::vector<uint8_t> values(initial, initial + size);
  if (info[1].IsBigInt()) {
    bool lossless;
    const uint64_t value = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
    std::memcpy(&values[variable->offset], &value, std::min(sizeof(value), variable->size));
  } else {
    const auto bytes = info[1].As<Napi::Uint8Array>();
    if (bytes.ByteLength() > variable->size) throw ErrnoError(info.Env(), "global " + name, E2BIG);
    std::memcpy(&values[variable->offset], bytes.Data(), bytes.ByteLength());
  }
  const int error = bpf_map__set_initial_value(variable->map, values.data(), values.size());
  if (error) throw ErrnoError(info.Env(), "global " + name, -error);
}

void Object::SetMapEntries(const Napi::CallbackInfo& info) {
  const int error =
      bpf_map__set_max_entries(MapNamed(info[0]), info[1].As<Napi::Number>().Uint32Value());
  if (error) throw ErrnoError(info.Env(), "size of map " + Text(info[0]), -error);
}

void Object::SetMapValueBytes(const Napi::CallbackInfo& info) {
  const int error =
      bpf_map__set_value_size(MapNamed(info[0]), info[1].As<Napi::Number>().Uint32Value());
  if (error) throw ErrnoError(info.Env(), "values of map " + Text(info[0]), -error);
}

void Object::ShareMap(const Napi::CallbackInfo& info) {
  const int error = bpf_map__reuse_fd(MapNamed(info[0]), info[1].As<Napi::Number>().Int32Value());
  if (error) throw ErrnoError(info.Env(), "share map " + Text(info[0]), -error);
}

void Object::Disable(const Napi::CallbackInfo& info) {
  bpf_program__set_autoload(ProgramNamed(info[0]), false);
}

void Object::Load(const Napi::CallbackInfo& info) {
  bpf_object* object = Opened(info.Env());
  // Warnings about objects before this one would pass for the reason why this one is refused.
  ClearLibbpfLog();
  const int error = bpf_object__load(object);
  if (error) throw ErrnoError(info.Env(), std::string("load ") + bpf_object__name(object), -error);
}

Napi::Value Object::MapFd(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), bpf_map__fd(MapNamed(info[0])));
}

void Object::UpdateMap(const Napi::CallbackInfo& info) {
  const auto key = info[1].As<Napi::Uint8Array>();
  const auto value = info[2].As<Napi::Uint8Array>();
  const int error = bpf_map__update_elem(MapNamed(info[0]), key.Data(), key.ByteLength(),
                                         value.Data(), value.ByteLength(), BPF_ANY);
  if (error) throw ErrnoError(info.Env(), "update map " + Text(info[0]), -error);
}

Napi::Value Object::FindVariable(const Napi::CallbackInfo& info) {
  const auto variable = tracecap::FindVariable(Opened(info.Env()), ".bss", Text(info[0]));
  if (!variable) throw ErrnoError(info.Env(), "variable " + Text(info[0]), ENOENT);
  auto found = Napi::Object::New(info.Env());
  found.Set("fd", bpf_map__fd(variable->map));
  found.Set("offset", static_cast<double>(variable->offset));
  found.Set("size", static_cast<double>(variable->size));
  return found;
}

// By mmap and not by an update of the map, which would put back the counters beside the flag.
void Object::SetFlag(const Napi::CallbackInfo& info) {
  const std::string name = Text(info[0]);
  const auto variable = tracecap::FindVariable(Opened(info.Env()), ".bss", name);
  if (!variable || variable->size != 1) throw ErrnoError(info.Env(), "flag " + name, ENOENT);
  const size_t size = variable->offset + variable->size;
  void* section =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(variable->map), 0);
  if (section == MAP_FAILED) throw ErrnoError(info.Env(), "flag " + name, errno);
  __atomic_store_n(static_cast<uint8_t*>(section) + variable->offset, 1, __ATOMIC_RELEASE);
  munmap(section, size);
}

void Object::Attach(const Napi::CallbackInfo& info) {
  bpf_link* link = bpf_program__attach(ProgramNamed(info[0]));
  if (!link) throw ErrnoError(info.Env(), "attach " + Text(info[0]), errno);
  links_.push_back(link);
}

// Not bpf_program__attach_tracepoint(): it looks for tracefs in places of its own, and a private
// mount is in none of them.
void Object::AttachTracepoint(const Napi::CallbackInfo& info) {
  bpf_program* program = ProgramNamed(info[0]);
  perf_event_attr event = {};
  event.size = sizeof(event);
  event.type = PERF_TYPE_TRACEPOINT;
  event.config = info[1].As<Napi::Number>().Uint32Value();
  event.sample_period = 1;
  event.wakeup_events = 1;
  // pid -1 and any one CPU: a program on a tracepoint runs for all (perf_event_attach_bpf_prog()
  // in kernel/trace/bpf_trace.c adds it to the tracepoint, not to the event).
  const long fd = syscall(SYS_perf_event_open, &event, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
  if (fd < 0) throw ErrnoError(info.Env(), "perf_event_open for " + Text(info[0]), errno);
  bpf_link* link = bpf_program__attach_perf_event(program, static_cast<int>(fd));
  if (!link) {
    const int error = errno;
    close(static_cast<int>(fd));
    throw ErrnoError(info.Env(), "attach " + Text(info[0]), error);
  }
  links_.push_back(link);
}

Napi::Value Object::RunIterator(const Napi::CallbackInfo& info) {
  const bpf_map* map = info[1].IsString() ? MapNamed(info[1]) : nullptr;
  std::vector<uint8_t> output;
  const int error = RunIteratorProgram(ProgramNamed(info[0]), map, &output);
  if (error) throw ErrnoError(info.Env(), "iterate " + Text(info[0]), error);
  auto bytes = Napi::Uint8Array::New(info.Env(), output.size());
  std::copy(output.begin(), output.end(), bytes.Data());
  return bytes;
}

Napi::Value Object::ProgramStats(const Napi::CallbackInfo& info) {
  return tracecap::ProgramStats(info.Env(), Opened(info.Env()));
}

void Object::Detach(const Napi::CallbackInfo&) { DestroyLinks(); }

void Object::Close(const Napi::CallbackInfo&) { Destroy(); }

bpf_object* Object::Opened(Napi::Env env) const {
  if (!object_) throw ErrnoError(env, "closed object", EBADF);
  return object_;
}

bpf_program* Object::ProgramNamed(const Napi::Value& name) {
  bpf_program* program = bpf_object__find_program_by_name(Opened(name.Env()), Text(name).c_str());
  if (!program) throw ErrnoError(name.Env(), "program " + Text(name), ENOENT);
  return program;
}

bpf_map* Object::MapNamed(const Napi::Value& name) {
  bpf_map* map = bpf_object__find_map_by_name(Opened(name.Env()), Text(name).c_str());
  if (!map) throw ErrnoError(name.Env(), "map " + Text(name), ENOENT);
  return map;
}

// Last attached, first detached: a source attaches the end of a call before its beginning.
void Object::DestroyLinks() {
  for (; !links_.empty(); links_.pop_back()) bpf_link__destroy(links_.back());
}

void Object::Destroy() {
  DestroyLinks();
  bpf_object__close(object_);
  object_ = nullptr;
}

}  // namespace tracecap
