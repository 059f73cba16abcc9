#include "pump_object.h"

#include <cerrno>
#include <utility>
#include <vector>

#include "errors.h"
#include "napi_plan.h"
#include "napi_rings.h"

namespace tracecap {
namespace {

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
  const int64_t own_offset = options.Get("ownOffset").As<Napi::BigInt>().Int64Value(&lossless);
  std::vector<Table> tables;
  const auto plans = options.Get("plans").As<Napi::Array>();
  for (uint32_t i = 0; i < plans.Length(); i++) {
    tables.emplace_back(PlanFromJs(plans.Get(i).As<Napi::Object>()), time_offset);
  }
  const Napi::Value began_given = options.Get("began");
  const int64_t began = began_given.IsBigInt()
                            ? began_given.As<Napi::BigInt>().Int64Value(&lossless)
                            : BootNow() + own_offset;
  pump_ = std::make_unique<Pump>(
      RingsFromJs(options.Get("rings").As<Napi::Array>()), std::move(tables),
      CountersFromJs(options.Get("losses").As<Napi::Array>()), own_offset, began);
}

void PumpObject::Start(const Napi::CallbackInfo& info) {
  if (queue_) throw Napi::Error::New(info.Env(), "the pump was started before");
  queue_ =
      std::make_shared<OutputQueue>(info.Env(), info[0].As<Napi::Function>(), [this] { End(); });
  // After the queue, whose own hook frees it: hooks run in the opposite order.
  napi_add_env_cleanup_hook(info.Env(), CleanUp, this);
  Ref();  // until the end was delivered, even if JavaScript lets go of the pump
  pump_->Start([queue = queue_](PumpOutput output) { return queue->Give(std::move(output)); },
               [queue = queue_] { queue->End(); });
}

// The thread has nothing left to do but to let go of the queue.
void PumpObject::End() {
  pump_->Join();
  napi_remove_env_cleanup_hook(Env(), CleanUp, this);
  Unref();
}

// JavaScript's thread ends (worker.terminate()): the pump must not use its queue afterwards.
void PumpObject::CleanUp(void* self) {
  const auto* pump = static_cast<PumpObject*>(self);
  pump->queue_->Abort();
  pump->pump_->Stop();
  pump->pump_->Join();
}

void PumpObject::Stop(const Napi::CallbackInfo&) { pump_->Stop(); }

Napi::Value PumpObject::Rows(const Napi::CallbackInfo& info) {
  const auto rows = pump_->rows();
  auto list = Napi::Array::New(info.Env(), rows.size());
  for (uint32_t i = 0; i < rows.size(); i++) list.Set(i, static_cast<double>(rows[i]));
  return list;
}

}  // namespace tracecap
