#include "tail.h"

#include <cstring>

namespace tracecap {
namespace {

// bpf/include/tracecap/types.h
struct TextSlice {
  uint16_t offset;
  uint16_t size;
};
constexpr uint16_t kNoText = 0xffff;

struct ArgumentSlice {
  uint32_t offset;
  uint32_t size;
};
constexpr uint32_t kNoArgv = 0xffffffff;

template <typename Slice>
std::optional<std::string_view> SliceAt(const Event& event, uint32_t fixed_size, uint32_t offset,
                                        uint32_t none) {
  Slice slice;
  std::memcpy(&slice, event.data + offset, sizeof(slice));
  if (slice.size == none) return std::nullopt;
  const uint64_t begin = uint64_t{fixed_size} + slice.offset;
  if (begin + slice.size > event.size) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(event.data) + begin, slice.size);
}

}  // namespace

std::optional<std::string_view> TextAt(const Event& event, uint32_t fixed_size, uint32_t offset) {
  return SliceAt<TextSlice>(event, fixed_size, offset, kNoText);
}

std::optional<std::string_view> ArgumentsAt(const Event& event, uint32_t fixed_size,
                                            uint32_t offset) {
  return SliceAt<ArgumentSlice>(event, fixed_size, offset, kNoArgv);
}

}  // namespace tracecap
