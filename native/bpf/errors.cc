#include "errors.h"

#include <bpf/libbpf.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

namespace tracecap {
namespace {

// The verifier's log may be megabytes; its end says why.
constexpr size_t kLogTail = 16 * 1024;

std::mutex log_mutex;
std::string captured_log;
bool verbose_log = false;

int Print(libbpf_print_level level, const char* format, va_list args) {
  if (level == LIBBPF_DEBUG && !verbose_log) return 0;
  char* line = nullptr;
  if (vasprintf(&line, format, args) < 0) return 0;
  const std::lock_guard<std::mutex> lock(log_mutex);
  if (verbose_log) fputs(line, stderr);
  captured_log += line;
  if (captured_log.size() > 2 * kLogTail) captured_log.erase(0, captured_log.size() - kLogTail);
  free(line);
  return 0;
}

std::string TakeLog() {
  const std::lock_guard<std::mutex> lock(log_mutex);
  std::string log;
  log.swap(captured_log);
  return log;
}

}  // namespace

Napi::Error ErrnoError(Napi::Env env, const std::string& what, int error) {
  auto thrown = Napi::Error::New(env, what + ": " + strerror(error));
  thrown.Set("errno", Napi::Number::New(env, error));
  thrown.Set("log", Napi::String::New(env, TakeLog()));
  return thrown;
}

void ClearLibbpfLog() { TakeLog(); }

void CaptureLibbpfLog(bool verbose) {
  verbose_log = verbose;
  libbpf_set_print(Print);
}

}  // namespace tracecap
