#include "napi_plan.h"

#include <cstring>
#include <map>
#include <string>

namespace tracecap {
namespace {

uint32_t Uint32Of(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsNumber()) {
    throw Napi::TypeError::New(object.Env(), std::string("plan: no number ") + key);
  }
  return value.As<Napi::Number>().Uint32Value();
}

template <typename T>
T NamedOf(const Napi::Object& object, const char* key, const std::map<std::string, T>& names) {
  const auto found = names.find(object.Get(key).ToString().Utf8Value());
  if (found == names.end()) {
    throw Napi::TypeError::New(object.Env(), std::string("plan: unknown ") + key);
  }
  return found->second;
}

const std::map<std::string, Op> kOps = {
    {"copy", Op::kCopy},   {"time", Op::kTime}, {"bool", Op::kBool},      {"chars", Op::kChars},
    {"slice", Op::kSlice}, {"list", Op::kList}, {"address", Op::kAddress}};

// ColumnType in src/schema/kinds.ts
const std::map<std::string, ArrayType> kArrayTypes = {{"timestamp[ns, UTC]", ArrayType::kBigInt64},
                                                      {"int32", ArrayType::kInt32},
                                                      {"int64", ArrayType::kBigInt64},
                                                      {"uint8", ArrayType::kUint8},
                                                      {"uint16", ArrayType::kUint16},
                                                      {"uint32", ArrayType::kUint32},
                                                      {"uint64", ArrayType::kBigUint64},
                                                      {"bool", ArrayType::kUint8},
                                                      {"enum", ArrayType::kUint8},
                                                      {"dictionary<utf8>", ArrayType::kInt32},
                                                      {"list<utf8>", ArrayType::kInt32}};

ColumnPlan ColumnPlanFromJs(const Napi::Object& column) {
  ColumnPlan plan{NamedOf(column, "op", kOps),
                  NamedOf(column, "type", kArrayTypes),
                  Uint32Of(column, "offset"),
                  Uint32Of(column, "size"),
                  std::nullopt,
                  std::nullopt};
  if (const Napi::Value null = column.Get("nullValue"); null.IsBigInt()) {
    bool lossless;
    plan.null_value = null.As<Napi::BigInt>().Uint64Value(&lossless);
  }
  if (column.Get("nullWhereEqual").IsNumber()) {
    plan.null_where_equal = Uint32Of(column, "nullWhereEqual");
  }
  return plan;
}

Napi::ArrayBuffer CopyBytes(Napi::Env env, const void* bytes, size_t size) {
  auto buffer = Napi::ArrayBuffer::New(env, size);
  if (size > 0) std::memcpy(buffer.Data(), bytes, size);
  return buffer;
}

template <typename T>
Napi::Value TypedArrayOver(Napi::Env env, Napi::ArrayBuffer buffer) {
  return Napi::TypedArrayOf<T>::New(env, buffer.ByteLength() / sizeof(T), buffer, 0);
}

Napi::Value ValuesToJs(Napi::Env env, const Column& column) {
  const auto buffer = CopyBytes(env, column.values().data(), column.values().size());
  switch (column.plan().array_type) {
    case ArrayType::kUint8:
      return TypedArrayOver<uint8_t>(env, buffer);
    case ArrayType::kUint16:
      return TypedArrayOver<uint16_t>(env, buffer);
    case ArrayType::kUint32:
      return TypedArrayOver<uint32_t>(env, buffer);
    case ArrayType::kInt32:
      return TypedArrayOver<int32_t>(env, buffer);
    case ArrayType::kBigInt64:
      return TypedArrayOver<int64_t>(env, buffer);
    case ArrayType::kBigUint64:
      return TypedArrayOver<uint64_t>(env, buffer);
  }
  return env.Undefined();
}

// A dictionary's or a list's texts.
template <typename Texts>
Napi::Value TextsToJs(Napi::Env env, const Texts& texts) {
  const auto& offsets = texts.offsets();
  auto object = Napi::Object::New(env);
  object.Set("offsets", TypedArrayOver<int32_t>(
                            env, CopyBytes(env, offsets.data(), offsets.size() * sizeof(int32_t))));
  object.Set("data", TypedArrayOver<uint8_t>(
                         env, CopyBytes(env, texts.text().data(), texts.text().size())));
  return object;
}

Napi::Object ColumnToJs(Napi::Env env, const Column& column) {
  const auto& validity = column.validity();
  auto object = Napi::Object::New(env);
  object.Set("values", ValuesToJs(env, column));
  object.Set("validity",
             validity.empty()
                 ? env.Null()
                 : TypedArrayOver<uint8_t>(env, CopyBytes(env, validity.data(), validity.size())));
  object.Set("nullCount", static_cast<double>(column.null_count()));
  Napi::Value texts = env.Null();
  if (column.dictionary()) texts = TextsToJs(env, *column.dictionary());
  if (column.list()) texts = TextsToJs(env, *column.list());
  object.Set("dictionary", texts);
  return object;
}

}  // namespace

TablePlan PlanFromJs(const Napi::Object& plan) {
  TablePlan table{Uint32Of(plan, "fixedSize"), Uint32Of(plan, "timeOffset"), {}};
  const auto columns = plan.Get("columns").As<Napi::Array>();
  for (uint32_t i = 0; i < columns.Length(); i++) {
    table.columns.push_back(ColumnPlanFromJs(columns.Get(i).As<Napi::Object>()));
  }
  return table;
}

Napi::Object BatchToJs(Napi::Env env, const Batch& batch) {
  auto columns = Napi::Array::New(env, batch.columns.size());
  for (uint32_t i = 0; i < batch.columns.size(); i++) {
    columns.Set(i, ColumnToJs(env, batch.columns[i]));
  }
  auto object = Napi::Object::New(env);
  object.Set("rows", static_cast<double>(batch.rows));
  object.Set("timeFrom", Napi::BigInt::New(env, batch.time_from));
  object.Set("timeTo", Napi::BigInt::New(env, batch.time_to));
  object.Set("columns", columns);
  return object;
}

}  // namespace tracecap
