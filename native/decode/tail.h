// What lies in an event's tail, behind its fixed part, and is pointed to from there.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "plan.h"

namespace tracecap {

// The text of the tc_text at this offset. Nothing where the event says so, or where it would reach
// out of the event.
std::optional<std::string_view> TextAt(const Event& event, uint32_t fixed_size, uint32_t offset);

// The arguments of the tc_argv at this offset, a NUL behind each; nothing likewise.
std::optional<std::string_view> ArgumentsAt(const Event& event, uint32_t fixed_size,
                                            uint32_t offset);

}  // namespace tracecap
