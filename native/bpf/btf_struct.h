// A struct as BTF describes it, for src/schema/layout.ts to judge.
#pragma once

#include <bpf/btf.h>
#include <napi.h>

#include <string>

namespace tracecap {

// The shape of BtfStruct in src/schema/layout.ts; throws where there is no such struct.
Napi::Object DescribeStruct(Napi::Env env, const btf* types, const std::string& name);

}  // namespace tracecap
