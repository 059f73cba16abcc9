#include "variable.h"

#include <bpf/btf.h>

namespace tracecap {

std::optional<Variable> FindVariable(const bpf_object* object, const std::string& section,
                                     const std::string& name) {
  const btf* types = bpf_object__btf(object);
  bpf_map* map = bpf_object__find_map_by_name(object, section.c_str());
  const int id = types ? btf__find_by_name_kind(types, section.c_str(), BTF_KIND_DATASEC) : -1;
  if (!map || id < 0) return std::nullopt;
  const btf_type* data = btf__type_by_id(types, id);
  for (uint32_t i = 0; i < btf_vlen(data); i++) {
    const btf_var_secinfo* entry = btf_var_secinfos(data) + i;
    const btf_type* variable = btf__type_by_id(types, entry->type);
    if (name == btf__name_by_offset(types, variable->name_off)) {
      return Variable{map, entry->offset, entry->size};
    }
  }
  return std::nullopt;
}

}  // namespace tracecap
