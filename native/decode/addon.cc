// The decoder addon: recorded events to columns, and zstd. It needs no libbpf and no privileges, so
// raw batches of events can be decoded wherever it is built. src/record/decode-addon.ts types it.
#include <napi.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "napi_plan.h"
#include "records.h"
#include "table.h"

namespace tracecap {
namespace {

// decodeRecords(plans, bytes, timeOffset): one batch a plan, or null where it has no row. Throws a
// RangeError at a record that is cut, of an unknown source, or shorter than its fixed part.
Napi::Value DecodeRecords(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto plans = info[0].As<Napi::Array>();
  const auto bytes = info[1].As<Napi::Uint8Array>();
  bool lossless;
  const int64_t time_offset = info[2].As<Napi::BigInt>().Int64Value(&lossless);

  std::vector<Table> tables;
  for (uint32_t i = 0; i < plans.Length(); i++) {
    tables.emplace_back(PlanFromJs(plans.Get(i).As<Napi::Object>()), time_offset);
  }
  for (size_t at = 0; at < bytes.ByteLength();) {
    RecordHeader header;
    Event event;
    if (!ReadRecord(bytes.Data() + at, bytes.ByteLength() - at, &header, &event) ||
        header.source >= tables.size() || event.size < tables[header.source].plan().fixed_size) {
      throw Napi::RangeError::New(env, "no whole record at byte " + std::to_string(at));
    }
    tables[header.source].Append(&event, 1);
    at += sizeof(header) + event.size;
  }
  auto batches = Napi::Array::New(env, tables.size());
  for (uint32_t i = 0; i < tables.size(); i++) {
    batches.Set(i, tables[i].rows() == 0 ? env.Null() : BatchToJs(env, *tables[i].Take()));
  }
  return batches;
}

// zstdCompress(bytes, level): one frame, which declares its content size.
Napi::Value ZstdCompress(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto bytes = info[0].As<Napi::Uint8Array>();
  std::vector<uint8_t> frame(ZSTD_compressBound(bytes.ByteLength()));
  const size_t size = ZSTD_compress(frame.data(), frame.size(), bytes.Data(), bytes.ByteLength(),
                                    info[1].As<Napi::Number>().Int32Value());
  if (ZSTD_isError(size)) throw Napi::Error::New(env, ZSTD_getErrorName(size));
  auto copy = Napi::Uint8Array::New(env, size);
  std::memcpy(copy.Data(), frame.data(), size);
  return copy;
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("decodeRecords", Napi::Function::New(env, DecodeRecords));
  exports.Set("zstdCompress", Napi::Function::New(env, ZstdCompress));
  return exports;
}

}  // namespace

NODE_API_MODULE(tracecap_decode, Init)

}  // namespace tracecap
