// One column of a segment being filled, in Arrow's memory layout.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dictionary.h"
#include "plan.h"
#include "text_list.h"

namespace tracecap {

class Column {
 public:
  // time_offset: nanoseconds between boot time and the Unix epoch.
  Column(const ColumnPlan& plan, uint32_t fixed_size, int64_t time_offset);

  // Appends this column's member of each event.
  void Append(const Event* events, size_t count);

  const ColumnPlan& plan() const { return plan_; }
  // The values' bytes; a bitmap for kBool; 32-bit indices for text; for a list where each row's
  // texts begin, as 32-bit numbers, and where the last row's end.
  const std::vector<uint8_t>& values() const { return values_; }
  // Bit i: row i is not null. Empty where no row is null.
  const std::vector<uint8_t>& validity() const { return validity_; }
  size_t null_count() const { return null_count_; }
  const std::optional<Dictionary>& dictionary() const { return dictionary_; }
  const std::optional<TextList>& list() const { return list_; }
  // Bytes held, near enough for the rule by which segments are flushed.
  size_t size_bytes() const;

 private:
  void AppendCopy(const Event& event);
  void AppendTime(const Event& event);
  void AppendBool(const Event& event);
  void AppendText(const Event& event);
  std::optional<std::string_view> TextOf(const Event& event, uint32_t offset) const;
  void AppendAddress(const Event& event);
  void AppendIndex(const std::optional<std::string_view>& text);
  void AppendList(const Event& event);
  void AppendListEnd();
  void AppendBytes(const void* bytes, size_t size);
  void MarkNull();

  ColumnPlan plan_;
  uint32_t fixed_size_;
  int64_t time_offset_;
  size_t rows_ = 0;
  size_t null_count_ = 0;
  std::vector<uint8_t> values_;
  std::vector<uint8_t> validity_;
  std::optional<Dictionary> dictionary_;
  std::optional<TextList> list_;
};

}  // namespace tracecap
