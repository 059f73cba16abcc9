// Where a global variable of a BPF object lies.
#pragma once

#include <bpf/libbpf.h>

#include <cstddef>
#include <optional>
#include <string>

namespace tracecap {

struct Variable {
  bpf_map* map;  // the section's
  size_t offset;
  size_t size;
};

// Looks for the variable in a section of data (".rodata", ".bss") by the object's BTF.
std::optional<Variable> FindVariable(const bpf_object* object, const std::string& section,
                                     const std::string& name);

}  // namespace tracecap
