#include "host.h"

#include <linux/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "errors.h"

namespace tracecap {
namespace {

int64_t Now(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Napi::Value ReadClocks(const Napi::CallbackInfo& info) {
  constexpr int kTries = 20;
  int64_t wall = 0, monotonic = 0, boot = 0, narrowest = INT64_MAX;
  // The reading between whose first and last clock the least time passed: no preemption in it.
  for (int i = 0; i < kTries; i++) {
    const int64_t before = Now(CLOCK_BOOTTIME);
    const int64_t this_wall = Now(CLOCK_REALTIME);
    const int64_t this_monotonic = Now(CLOCK_MONOTONIC);
    const int64_t after = Now(CLOCK_BOOTTIME);
    if (after - before >= narrowest) continue;
    narrowest = after - before;
    wall = this_wall;
    monotonic = this_monotonic;
    boot = before + narrowest / 2;
  }
  auto clocks = Napi::Object::New(info.Env());
  clocks.Set("wall", Napi::BigInt::New(info.Env(), wall));
  clocks.Set("monotonic", Napi::BigInt::New(info.Env(), monotonic));
  clocks.Set("boot", Napi::BigInt::New(info.Env(), boot));
  return clocks;
}

Napi::Value PageBytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(sysconf(_SC_PAGESIZE)));
}

// fsopen(2), fsmount(2): since Linux 5.2, by system call because glibc has them only since 2.36.
Napi::Value OpenTracefs(const Napi::CallbackInfo& info) {
  const long context = syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC);
  if (context < 0) throw ErrnoError(info.Env(), "fsopen tracefs", errno);
  long mount = syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (mount == 0) mount = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
  const int error = errno;
  close(static_cast<int>(context));
  if (mount < 0) throw ErrnoError(info.Env(), "mount tracefs", error);
  return Napi::Number::New(info.Env(), static_cast<double>(mount));
}

}  // namespace tracecap
