#include "pump_object.h"

#include <cerrno>
#include <utility>
#include <vector>

#include "errors.h"
#include "napi_plan.h"
#include "napi_rings.h"

namespace tracecap {
namespace {

// Batches on their way to JavaScript. With the queue full the pump waits, and the rings fill: what
// is lost then is counted where it is lost. 4 batches are at most 32 MiB.
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

// Calls onOutput(output): {table, batch}, {losses}, or null at the end.
void CallJs(Napi::Env env, Napi::Function on_output, std::nullptr_t*, PumpOutput* output) {
  const std::unique_ptr<PumpOutput> owned(output);
  if (env == nullptr) return;
  const Napi::HandleScope scope(env);
  if (!output) {
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

using Queue = Napi::TypedThreadSafeFunction<std::nullptr_t, PumpOutput, CallJs>;

std::unique_ptr<LossCounters> CountersFromJs(const Napi::Array& list) {
  std::vector<LossCounters::Place> places;
  for (uint32_t i = 0; i < list.Length(); i++) {
    const auto place = list.Get(i).As<Napi::Object>();
    places.push_back({place.Get("fd").As<Napi::Number>().Int32Value(),
                      place.Get("offset").As<Napi::Number>().Uint32Value(),
                      place.Get("size").As<Napi::Number>().Uint32Value() / sizeof(uint64_t)});
  }
  auto counters = std::make_unique<LossCounters>(places);
  if (!counters->valid()) throw ErrnoError(list.Env(), "map the counters of losses", errno);
  return counters;
}

}  // namespace

Napi::Function PumpObject::Define(Napi::Env env) {
  return DefineClass(
      env, "Pump",
      {InstanceMethod<&PumpObject::Start>("start"), InstanceMethod<&PumpObject::Stop>("stop"),
       InstanceMethod<&PumpObject::Rows>("rows")});
}

PumpObject::PumpObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<PumpObject>(info) {
  const auto options = info[0].As<Napi::Object>();
  bool lossless;
  const int64_t time_offset = options.Get("timeOffset").As<Napi::BigInt>().Int64Value(&lossless);
  std::vector<Table> tables;
  const auto plans = options.Get("plans").As<Napi::Array>();
  for (uint32_t i = 0; i < plans.Length(); i++) {
    tables.emplace_back(PlanFromJs(plans.Get(i).As<Napi::Object>()), time_offset);
  }
  pump_ =
      std::make_unique<Pump>(RingsFromJs(options.Get("rings").As<Napi::Array>()), std::move(tables),
                             CountersFromJs(options.Get("losses").As<Napi::Array>()), time_offset);
}

void PumpObject::Start(const Napi::CallbackInfo& info) {
  auto queue =
      Queue::New(info.Env(), info[0].As<Napi::Function>(), "tracecap pump", kQueuedBatches, 1);
  Ref();  // until the end was delivered, even if JavaScript lets go of the pump
  pump_->Start(
      [queue](PumpOutput output) {
        auto owned = std::make_unique<PumpOutput>(std::move(output));
        if (queue.BlockingCall(owned.get()) != napi_ok) return false;
        [[maybe_unused]] const PumpOutput* given = owned.release();
        return true;
      },
      [queue]() mutable {
        queue.BlockingCall(static_cast<PumpOutput*>(nullptr));
        queue.Release();
      });
}

void PumpObject::Stop(const Napi::CallbackInfo&) { pump_->Stop(); }

Napi::Value PumpObject::Rows(const Napi::CallbackInfo& info) {
  const auto rows = pump_->rows();
  auto list = Napi::Array::New(info.Env(), rows.size());
  for (uint32_t i = 0; i < rows.size(); i++) list.Set(i, static_cast<double>(rows[i]));
  return list;
}

}  // namespace tracecap
