#include "address.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tracecap {
namespace {

constexpr int kGroups = 8;
using Groups = std::array<uint16_t, kGroups>;

// Groups that are written as "::".
struct Run {
  int begin = kGroups;
  int length = 0;
};

constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

void AppendNumber(unsigned number, int base, std::string* out) {
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof(digits), number, base).ptr;
  out->append(digits, end);
}

std::string Ipv4Text(const uint8_t* bytes) {
  std::string text;
  for (int i = 0; i < 4; i++) {
    if (i > 0) text += '.';
    AppendNumber(bytes[i], 10, &text);
  }
  return text;
}

// The first of the longest runs of zeros; one group alone is not shortened (4.2.2, 4.2.3).
Run LongestZeros(const Groups& groups) {
  Run longest;
  for (int begin = 0; begin < kGroups;) {
    int end = begin;
    while (end < kGroups && groups[end] == 0) end++;
    if (end - begin > std::max(longest.length, 1)) longest = {begin, end - begin};
    begin = end + 1;
  }
  return longest;
}

std::string Ipv6Text(const Groups& groups) {
  const Run zeros = LongestZeros(groups);
  std::string text;
  for (int i = 0; i < kGroups; i++) {
    if (i == zeros.begin) {
      text += "::";
      i += zeros.length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    AppendNumber(groups[i], 16, &text);
  }
  return text;
}

}  // namespace

std::optional<std::string> AddressText(const uint8_t* bytes) {
  const auto* end = bytes + kAddressBytes;
  if (std::all_of(bytes, end, [](uint8_t byte) { return byte == 0; })) return std::nullopt;
  if (std::equal(kMapped.begin(), kMapped.end(), bytes)) return Ipv4Text(bytes + kMapped.size());
  Groups groups;
  for (int i = 0; i < kGroups; i++) groups[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];
  return Ipv6Text(groups);
}

}  // namespace tracecap
