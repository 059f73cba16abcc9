#include "column.h"

#include <cstring>

#include "address.h"
#include "tail.h"

namespace tracecap {
namespace {

bool HasDictionary(Op op) { return op == Op::kChars || op == Op::kSlice || op == Op::kAddress; }

template <typename T>
T Read(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

uint64_t ReadInteger(const uint8_t* at, uint32_t size) {
  uint64_t value = 0;  // little-endian, as every machine that BPF and Node share
  std::memcpy(&value, at, size);
  return value;
}

}  // namespace

Column::Column(const ColumnPlan& plan, uint32_t fixed_size, int64_t time_offset)
    : plan_(plan), fixed_size_(fixed_size), time_offset_(time_offset) {
  if (HasDictionary(plan.op)) dictionary_.emplace();
  if (plan.op == Op::kList) {
    list_.emplace();
    AppendListEnd();
  }
}

void Column::Append(const Event* events, size_t count) {
  for (size_t i = 0; i < count; i++, rows_++) {
    switch (plan_.op) {
      case Op::kCopy:
        AppendCopy(events[i]);
        break;
      case Op::kTime:
        AppendTime(events[i]);
        break;
      case Op::kBool:
        AppendBool(events[i]);
        break;
      case Op::kChars:
      case Op::kSlice:
        AppendText(events[i]);
        break;
      case Op::kList:
        AppendList(events[i]);
        break;
      case Op::kAddress:
        AppendAddress(events[i]);
        break;
    }
  }
  // Rows behind the last null are valid, too.
  if (!validity_.empty()) validity_.resize((rows_ + 7) / 8, 0xff);
}

void Column::AppendCopy(const Event& event) {
  const uint8_t* at = event.data + plan_.offset;
  if (plan_.null_value && ReadInteger(at, plan_.size) == *plan_.null_value) {
    MarkNull();
    values_.resize(values_.size() + plan_.size);
    return;
  }
  AppendBytes(at, plan_.size);
}

void Column::AppendTime(const Event& event) {
  const int64_t time = Read<int64_t>(event.data + plan_.offset) + time_offset_;
  AppendBytes(&time, sizeof(time));
}

void Column::AppendBool(const Event& event) {
  if (rows_ % 8 == 0) values_.push_back(0);
  if (event.data[plan_.offset] != 0) values_.back() |= 1 << (rows_ % 8);
}

void Column::AppendText(const Event& event) {
  const auto text = TextOf(event, plan_.offset);
  const bool repeats =
      text && plan_.null_where_equal && text == TextOf(event, *plan_.null_where_equal);
  AppendIndex(repeats ? std::nullopt : text);
}

std::optional<std::string_view> Column::TextOf(const Event& event, uint32_t offset) const {
  if (plan_.op == Op::kSlice) return TextAt(event, fixed_size_, offset);
  const char* bytes = reinterpret_cast<const char*>(event.data);
  return std::string_view(bytes + offset, strnlen(bytes + offset, plan_.size));
}

void Column::AppendAddress(const Event& event) {
  AppendIndex(AddressText(event.data + plan_.offset));
}

void Column::AppendIndex(const std::optional<std::string_view>& text) {
  int32_t index = 0;
  if (text) {
    index = dictionary_->IndexOf(*text);
  } else {
    MarkNull();
  }
  AppendBytes(&index, sizeof(index));
}

void Column::AppendList(const Event& event) {
  const auto arguments = ArgumentsAt(event, fixed_size_, plan_.offset);
  if (arguments) {
    list_->Append(*arguments);
  } else {
    MarkNull();
  }
  AppendListEnd();
}

void Column::AppendListEnd() {
  const int32_t end = list_->size();
  AppendBytes(&end, sizeof(end));
}

void Column::AppendBytes(const void* bytes, size_t size) {
  const auto* from = static_cast<const uint8_t*>(bytes);
  values_.insert(values_.end(), from, from + size);
}

void Column::MarkNull() {
  validity_.resize(rows_ / 8 + 1, 0xff);
  validity_[rows_ / 8] &= ~(1 << (rows_ % 8));
  null_count_++;
}

size_t Column::size_bytes() const {
  return values_.size() + validity_.size() + (dictionary_ ? dictionary_->text().size() : 0) +
         (list_ ? list_->size_bytes() : 0);
}

}  // namespace tracecap
