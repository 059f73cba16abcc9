// The texts of all lists of one column of one segment, one behind another: the child of an Arrow
// list. They are not deduplicated: a list column is rare, and its readers want it whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tracecap {

class TextList {
 public:
  // Appends the texts of one list: bytes with a NUL behind each, which the last one may lack.
  void Append(std::string_view bytes);

  // How many texts there are.
  int32_t size() const { return static_cast<int32_t>(offsets_.size() - 1); }
  // Arrow's utf8 layout: entry i is text[offsets[i], offsets[i + 1]).
  const std::vector<int32_t>& offsets() const { return offsets_; }
  const std::string& text() const { return text_; }
  // Many empty texts are more offsets than text.
  size_t size_bytes() const { return text_.size() + offsets_.size() * sizeof(offsets_[0]); }

 private:
  std::string text_;
  std::vector<int32_t> offsets_ = {0};
};

}  // namespace tracecap
