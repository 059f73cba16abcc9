// Maps by descriptor, outside of any object.
#pragma once

#include <napi.h>

namespace tracecap {

// lookupMap(fd, key, valueBytes): the element's value, or null where there is none.
Napi::Value LookupMap(const Napi::CallbackInfo& info);

// openPinned(path): descriptor of what is pinned there in a bpffs.
Napi::Value OpenPinned(const Napi::CallbackInfo& info);

}  // namespace tracecap
