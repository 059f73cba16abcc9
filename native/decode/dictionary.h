// The distinct texts of one column of one segment, in order of appearance: an Arrow dictionary.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tracecap {

class Dictionary {
 public:
  Dictionary();

  // The index of these bytes, which are added if they are new.
  int32_t IndexOf(std::string_view bytes);

  // Arrow's utf8 layout: entry i is text[offsets[i], offsets[i + 1]).
  const std::vector<int32_t>& offsets() const { return offsets_; }
  const std::string& text() const { return text_; }

 private:
  struct Slot {
    uint64_t hash;
    int32_t index;  // -1: free
  };

  std::string_view KeyAt(int32_t index) const;
  void Grow();

  std::vector<Slot> slots_;  // open addressing, a power of two
  // Keys are the bytes as they came: texts may be longer, escaped, and are made once each.
  std::string keys_;
  std::vector<size_t> key_ends_;
  std::string text_;
  std::vector<int32_t> offsets_;
};

}  // namespace tracecap
