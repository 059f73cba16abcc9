// The pump as JavaScript has it: src/record/bpf-addon.ts says what goes in and comes out.
#pragma once

#include <napi.h>

#include <memory>

#include "output_queue.h"
#include "pump.h"

namespace tracecap {

class PumpObject : public Napi::ObjectWrap<PumpObject> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit PumpObject(const Napi::CallbackInfo& info);

 private:
  void Start(const Napi::CallbackInfo& info);
  void Stop(const Napi::CallbackInfo& info);
  Napi::Value Rows(const Napi::CallbackInfo& info);

  void End();
  static void CleanUp(void* self);

  std::unique_ptr<Pump> pump_;
  std::shared_ptr<OutputQueue> queue_;
};

}  // namespace tracecap
