// Bytes that a program passed as text, made valid UTF-8 without losing any.
#pragma once

#include <string>
#include <string_view>

namespace tracecap {

// Appends bytes to out as UTF-8: each byte that is not part of a valid sequence as \xNN (upper-case
// hex), a backslash that would begin such a sequence as \x5C, all else unchanged. So it can be
// undone: every \xNN in the result stands for one byte.
void AppendText(std::string_view bytes, std::string* out);

}  // namespace tracecap
