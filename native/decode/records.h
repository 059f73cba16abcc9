// Records as they lie in a ring: struct tc_record (bpf/include/tracecap/event.h), then the event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "plan.h"

namespace tracecap {

struct RecordHeader {
  uint32_t source;
  uint32_t size;
};

// Reads the record that begins at bytes. False where it is not whole within size bytes.
inline bool ReadRecord(const uint8_t* bytes, size_t size, RecordHeader* header, Event* event) {
  if (size < sizeof(*header)) return false;
  std::memcpy(header, bytes, sizeof(*header));
  if (header->size > size - sizeof(*header)) return false;
  *event = {bytes + sizeof(*header), header->size};
  return true;
}

}  // namespace tracecap
