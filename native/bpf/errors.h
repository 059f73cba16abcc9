// Failures of libbpf and the kernel as JavaScript errors.
#pragma once

#include <napi.h>

#include <string>

namespace tracecap {

// An Error with `errno` (positive) and `log`: what libbpf and the verifier said since the last
// one. src/record/bpf-addon.ts types it.
Napi::Error ErrnoError(Napi::Env env, const std::string& what, int error);

// Forgets what libbpf has said so far.
void ClearLibbpfLog();

// Takes what libbpf says from now on: to stderr where verbose, and for the next error's log.
void CaptureLibbpfLog(bool verbose);

}  // namespace tracecap
