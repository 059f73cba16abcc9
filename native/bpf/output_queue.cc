#include "output_queue.h"

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "napi_plan.h"

namespace tracecap {
namespace {

// With the queue full the pump waits, and the rings fill: what is lost then is counted where it is
// lost. 4 batches are some 40 MiB.
constexpr size_t kQueuedBatches = 4;

Napi::Array LossesToJs(Napi::Env env, const std::vector<Loss>& losses) {
  auto list = Napi::Array::New(env, losses.size());
  for (uint32_t i = 0; i < losses.size(); i++) {
    auto loss = Napi::Object::New(env);
    loss.Set("object", losses[i].object == kPumpItself
                           ? env.Null()
                           : Napi::Value(Napi::Number::New(env, losses[i].object)));
    loss.Set("reason", losses[i].reason);
    loss.Set("count", Napi::BigInt::New(env, losses[i].count));
    loss.Set("from", Napi::BigInt::New(env, losses[i].from));
    loss.Set("to", Napi::BigInt::New(env, losses[i].to));
    list.Set(i, loss);
  }
  return list;
}

}  // namespace

OutputQueue::OutputQueue(Napi::Env env, Napi::Function on_output, std::function<void()> at_end)
    : at_end_(std::move(at_end)),
      function_(Function::New(env, on_output, "tracecap pump", kQueuedBatches, 1, this)) {}

bool OutputQueue::Give(PumpOutput output) {
  auto owned = std::make_unique<PumpOutput>(std::move(output));
  if (!Call(owned.get())) return false;
  [[maybe_unused]] const PumpOutput* given = owned.release();
  return true;
}

void OutputQueue::End() {
  if (Call(nullptr)) function_.Release();
}

void OutputQueue::Abort() { function_.Abort(); }

bool OutputQueue::Call(PumpOutput* output) {
  if (closed_) return false;
  closed_ = function_.BlockingCall(output) != napi_ok;
  return !closed_;
}

// Without an environment: JavaScript has gone, and what was queued is only to be freed; `self` may
// be gone as well.
void OutputQueue::CallJs(Napi::Env env, Napi::Function on_output, OutputQueue* self,
                         PumpOutput* output) {
  const std::unique_ptr<PumpOutput> owned(output);
  if (env == nullptr) return;
  const Napi::HandleScope scope(env);
  if (!output) {
    self->at_end_();
    on_output.Call({env.Null()});
    return;
  }
  auto object = Napi::Object::New(env);
  if (const auto* batch = std::get_if<TableBatch>(output)) {
    object.Set("table", batch->table);
    object.Set("batch", BatchToJs(env, *batch->batch));
  } else {
    object.Set("losses", LossesToJs(env, std::get<std::vector<Loss>>(*output)));
  }
  on_output.Call({object});
}

}  // namespace tracecap
