#include "text_list.h"

#include "text.h"

namespace tracecap {

void TextList::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view one = bytes.substr(0, bytes.find('\0'));
    AppendText(one, &text_);
    offsets_.push_back(static_cast<int32_t>(text_.size()));
    bytes.remove_prefix(one.size() < bytes.size() ? one.size() + 1 : one.size());
  }
}

}  // namespace tracecap
