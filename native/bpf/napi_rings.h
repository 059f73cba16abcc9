// Rings as JavaScript names them, and their bytes as they are: src/record/bpf-addon.ts types both.
#pragma once

#include <napi.h>

#include <vector>

#include "ring.h"

namespace tracecap {

// Maps the rings of a list of {fd, bytes}; throws where one cannot be mapped.
std::vector<Ring> RingsFromJs(const Napi::Array& list);

// drainRaw(rings): the bytes of every whole record, ring after ring, as decodeRecords() takes them.
Napi::Value DrainRaw(const Napi::CallbackInfo& info);

}  // namespace tracecap
