// Addresses of hosts as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tracecap {

constexpr uint32_t kAddressBytes = 16;  // TC_IP_LEN

// The text of an IPv6 address as it is on the wire (RFC 5952, section 4); of one that an IPv4
// address is mapped to (::ffff:0:0/96) that IPv4 address. Nothing for zeros, which stand for "not
// known". Not inet_ntop(3): glibc's writes ::1:0 as ::0.1.0.0, and other libraries differ again.
std::optional<std::string> AddressText(const uint8_t* bytes);

}  // namespace tracecap
