// Cgroups by their ids.
#pragma once

#include <napi.h>

namespace tracecap {

// cgroupPath(mountFd, id): the absolute path of the cgroup (v2) with this id, in the cgroup2 file
// system that mountFd lies in; null where there is none any more. Needs CAP_DAC_READ_SEARCH.
Napi::Value CgroupPath(const Napi::CallbackInfo& info);

}  // namespace tracecap
