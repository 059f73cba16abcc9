// What the kernel counts of each program of an object.
#pragma once

#include <bpf/libbpf.h>
#include <napi.h>

namespace tracecap {

// A list of {name, runs, timeNs, missed}, one for each program that was loaded.
Napi::Array ProgramStats(Napi::Env env, bpf_object* object);

// enableStats(): from now until the descriptor that it gives is closed, the kernel counts runs and
// time of all programs (bpf(2), BPF_ENABLE_STATS: Linux 5.8, CAP_SYS_ADMIN).
Napi::Value EnableStats(const Napi::CallbackInfo& info);

}  // namespace tracecap
