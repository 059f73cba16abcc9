// The BPF addon: loads and attaches objects, and pumps what they send. Names no source.
// src/record/bpf-addon.ts types it.
#include <napi.h>

#include "cgroup.h"
#include "errors.h"
#include "host.h"
#include "map.h"
#include "napi_rings.h"
#include "object.h"
#include "program_stats.h"
#include "pump_object.h"

namespace tracecap {
namespace {

// captureLog(verbose): from now on libbpf's words go into errors, and to stderr where verbose.
void CaptureLog(const Napi::CallbackInfo& info) { CaptureLibbpfLog(info[0].ToBoolean().Value()); }

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("BpfObject", Object::Define(env));
  exports.Set("Pump", PumpObject::Define(env));
  exports.Set("drainRaw", Napi::Function::New(env, DrainRaw));
  exports.Set("captureLog", Napi::Function::New(env, CaptureLog));
  exports.Set("readClocks", Napi::Function::New(env, ReadClocks));
  exports.Set("pageBytes", Napi::Function::New(env, PageBytes));
  exports.Set("cgroupPath", Napi::Function::New(env, CgroupPath));
  exports.Set("lookupMap", Napi::Function::New(env, LookupMap));
  exports.Set("openPinned", Napi::Function::New(env, OpenPinned));
  exports.Set("enableStats", Napi::Function::New(env, EnableStats));
  exports.Set("openTracefs", Napi::Function::New(env, OpenTracefs));
  return exports;
}

NODE_API_MODULE(tracecap_bpf, Init)

}  // namespace
}  // namespace tracecap
