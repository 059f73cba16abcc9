// The few things that a recorder asks of the kernel and Node has no words for.
#pragma once

#include <napi.h>

namespace tracecap {

// {wall, monotonic, boot}: three clocks in ns, as nearly at once as they can be read.
Napi::Value ReadClocks(const Napi::CallbackInfo& info);

// Bytes of a page of memory.
Napi::Value PageBytes(const Napi::CallbackInfo& info);

// A descriptor of a tracefs of our own, mounted nowhere; throws where that is not allowed.
Napi::Value OpenTracefs(const Napi::CallbackInfo& info);

}  // namespace tracecap
