#include "napi_rings.h"

#include <cerrno>
#include <cstring>
#include <limits>

#include "errors.h"

namespace tracecap {
namespace {

void AppendRecord(const Record& record, std::vector<uint8_t>* bytes) {
  const auto* header = reinterpret_cast<const uint8_t*>(&record.header);
  bytes->insert(bytes->end(), header, header + sizeof(record.header));
  bytes->insert(bytes->end(), record.event.data, record.event.data + record.event.size);
}

}  // namespace

std::vector<Ring> RingsFromJs(const Napi::Array& list) {
  std::vector<Ring> rings;
  for (uint32_t i = 0; i < list.Length(); i++) {
    const auto ring = list.Get(i).As<Napi::Object>();
    rings.emplace_back(ring.Get("fd").As<Napi::Number>().Int32Value(),
                       static_cast<size_t>(ring.Get("bytes").As<Napi::Number>().Int64Value()));
    if (!rings.back().valid()) throw ErrnoError(list.Env(), "map a ring", errno);
  }
  return rings;
}

Napi::Value DrainRaw(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::vector<uint8_t> bytes;
  std::vector<Record> records;
  uint64_t unreadable = 0;
  for (Ring& ring : RingsFromJs(info[0].As<Napi::Array>())) {
    records.clear();
    ring.Collect(std::numeric_limits<size_t>::max(), &records, &unreadable);
    for (const Record& record : records) AppendRecord(record, &bytes);
    ring.Release();
  }
  if (unreadable > 0) throw Napi::Error::New(env, "the rings hold what is no record");
  auto copy = Napi::Uint8Array::New(env, bytes.size());
  if (!bytes.empty()) std::memcpy(copy.Data(), bytes.data(), bytes.size());
  return copy;
}

}  // namespace tracecap
