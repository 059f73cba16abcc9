// When waiting rows become a segment (design: "Transport"; docs/capture-format.md says why).
#pragma once

#include <cstddef>
#include <cstdint>

namespace tracecap {

constexpr size_t kSegmentRows = 65536;
constexpr size_t kSegmentBytes = 8 << 20;
constexpr size_t kPromptRows = 64;
constexpr int64_t kPromptNs = 1'000'000'000;
constexpr int64_t kPatientNs = 10'000'000'000;

// waited_ns: since the table was last flushed or its first row came, whichever is later.
inline bool IsFlushDue(size_t rows, size_t bytes, int64_t waited_ns) {
  if (rows == 0) return false;
  if (rows >= kSegmentRows || bytes >= kSegmentBytes) return true;
  return waited_ns >= (rows >= kPromptRows ? kPromptNs : kPatientNs);
}

}  // namespace tracecap
