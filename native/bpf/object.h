// One BPF object: opened from its bytes, configured, loaded, attached. src/record/bpf-addon.ts says
// what each method takes and gives. After close() all throw EBADF, but for close() and detach().
#pragma once

#include <bpf/libbpf.h>
#include <napi.h>

#include <string>
#include <vector>

namespace tracecap {

class Object : public Napi::ObjectWrap<Object> {
 public:
  static Napi::Function Define(Napi::Env env);

  explicit Object(const Napi::CallbackInfo& info);
  ~Object() override;

 private:
  Napi::Value DescribeStruct(const Napi::CallbackInfo& info);
  void SetGlobal(const Napi::CallbackInfo& info);
  void SetMapEntries(const Napi::CallbackInfo& info);
  void SetMapValueBytes(const Napi::CallbackInfo& info);
  void ShareMap(const Napi::CallbackInfo& info);
  void Disable(const Napi::CallbackInfo& info);
  void Load(const Napi::CallbackInfo& info);
  Napi::Value MapFd(const Napi::CallbackInfo& info);
  void UpdateMap(const Napi::CallbackInfo& info);
  Napi::Value FindVariable(const Napi::CallbackInfo& info);
  void SetFlag(const Napi::CallbackInfo& info);
  void Attach(const Napi::CallbackInfo& info);
  void AttachTracepoint(const Napi::CallbackInfo& info);
  Napi::Value RunIterator(const Napi::CallbackInfo& info);
  Napi::Value ProgramStats(const Napi::CallbackInfo& info);
  void Detach(const Napi::CallbackInfo& info);
  void Close(const Napi::CallbackInfo& info);

  bpf_object* Opened(Napi::Env env) const;
  bpf_program* ProgramNamed(const Napi::Value& name);
  bpf_map* MapNamed(const Napi::Value& name);
  void DestroyLinks();
  void Destroy();

  bpf_object* object_ = nullptr;
  std::vector<bpf_link*> links_;  // in the order of attachment
};

}  // namespace tracecap
