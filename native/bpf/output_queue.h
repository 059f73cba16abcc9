// Batches on their way from the pump's thread to JavaScript's.
#pragma once

#include <napi.h>

#include <functional>

#include "pump.h"

namespace tracecap {

class OutputQueue {
 public:
  // Calls on_output(output) in JavaScript's thread: {table, batch}, {losses}, or null at the end,
  // before which at_end() runs there.
  OutputQueue(Napi::Env env, Napi::Function on_output, std::function<void()> at_end);
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;

  // In the pump's thread; waits while the queue is full. False: JavaScript has gone.
  bool Give(PumpOutput output);
  // In the pump's thread, its last call.
  void End();

  // In JavaScript's thread: lets nobody wait any more, all that is given from now on is refused.
  void Abort();

 private:
  static void CallJs(Napi::Env env, Napi::Function on_output, OutputQueue* self,
                     PumpOutput* output);
  bool Call(PumpOutput* output);

  using Function = Napi::TypedThreadSafeFunction<OutputQueue, PumpOutput, CallJs>;

  std::function<void()> at_end_;
  Function function_;
  // Set by the first call that fails: the function may be freed from then on, and is not ours to
  // call or release.
  bool closed_ = false;
};

}  // namespace tracecap
