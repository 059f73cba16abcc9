#include "text.h"

#include <cstddef>
#include <cstdint>

namespace tracecap {
namespace {

bool IsUpperHex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }

bool BeginsEscape(std::string_view bytes) {
  return bytes.size() >= 4 && bytes[0] == '\\' && bytes[1] == 'x' && IsUpperHex(bytes[2]) &&
         IsUpperHex(bytes[3]);
}

bool IsContinuation(std::string_view bytes, size_t i, uint8_t from = 0x80, uint8_t to = 0xBF) {
  return i < bytes.size() && static_cast<uint8_t>(bytes[i]) >= from &&
         static_cast<uint8_t>(bytes[i]) <= to;
}

// Bytes of the UTF-8 sequence that text begins with; 0 where it is none (Unicode, table 3-7).
size_t SequenceSize(std::string_view text) {
  const uint8_t lead = text[0];
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return IsContinuation(text, 1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const uint8_t from = lead == 0xE0 ? 0xA0 : 0x80;
    const uint8_t to = lead == 0xED ? 0x9F : 0xBF;
    return IsContinuation(text, 1, from, to) && IsContinuation(text, 2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const uint8_t from = lead == 0xF0 ? 0x90 : 0x80;
    const uint8_t to = lead == 0xF4 ? 0x8F : 0xBF;
    return IsContinuation(text, 1, from, to) && IsContinuation(text, 2) && IsContinuation(text, 3)
               ? 4
               : 0;
  }
  return 0;
}

void AppendEscape(uint8_t byte, std::string* out) {
  static const char kHex[] = "0123456789ABCDEF";
  const char escape[] = {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
  out->append(escape, sizeof(escape));
}

}  // namespace

void AppendText(std::string_view bytes, std::string* out) {
  while (!bytes.empty()) {
    const size_t size = BeginsEscape(bytes) ? 0 : SequenceSize(bytes);
    if (size == 0) {
      AppendEscape(bytes[0], out);
      bytes.remove_prefix(1);
      continue;
    }
    out->append(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

}  // namespace tracecap
