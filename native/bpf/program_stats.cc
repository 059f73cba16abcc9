#include "program_stats.h"

#include <bpf/bpf.h>

#include <cerrno>
#include <string>

#include "errors.h"

namespace tracecap {

// recursion_misses: since Linux 5.12 for tp_btf (9ed9e9ba2337), since 6.7 also for programs on
// tracepoints (dd8657894c11, "bpf: Count missed stats in trace_call_bpf"); 0 before.
Napi::Array ProgramStats(Napi::Env env, bpf_object* object) {
  auto list = Napi::Array::New(env);
  bpf_program* program;
  bpf_object__for_each_program(program, object) {
    const int fd = bpf_program__fd(program);
    if (fd < 0) continue;  // left out
    bpf_prog_info about = {};
    uint32_t size = sizeof(about);
    if (bpf_obj_get_info_by_fd(fd, &about, &size)) {
      throw ErrnoError(env, std::string("ask about ") + bpf_program__name(program), errno);
    }
    auto stats = Napi::Object::New(env);
    stats.Set("name", bpf_program__name(program));
    stats.Set("runs", static_cast<double>(about.run_cnt));
    stats.Set("timeNs", static_cast<double>(about.run_time_ns));
    stats.Set("missed", static_cast<double>(about.recursion_misses));
    list.Set(list.Length(), stats);
  }
  return list;
}

Napi::Value EnableStats(const Napi::CallbackInfo& info) {
  const int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);
  if (fd < 0) throw ErrnoError(info.Env(), "count the programs' runs", -fd);
  return Napi::Number::New(info.Env(), fd);
}

}  // namespace tracecap
