#include "btf_struct.h"

#include <cerrno>

#include "errors.h"

namespace tracecap {
namespace {

// The name a member's type was declared by: its typedef, `enum x`, or the plain type's own.
std::string TypeName(const btf* types, uint32_t id) {
  const btf_type* type = btf__type_by_id(types, id);
  const std::string name = btf__name_by_offset(types, type->name_off);
  return btf_is_any_enum(type) ? "enum " + name : name;
}

bool IsFlexible(const btf* types, uint32_t id) {
  const btf_type* type = btf__type_by_id(types, id);
  return btf_is_array(type) && btf_array(type)->nelems == 0;
}

Napi::Array Enumerators(Napi::Env env, const btf* types, const btf_type* type) {
  auto list = Napi::Array::New(env);
  for (uint32_t i = 0; i < btf_vlen(type); i++) {
    const struct btf_enum* value = btf_enum(type) + i;
    auto enumerator = Napi::Object::New(env);
    enumerator.Set("name", btf__name_by_offset(types, value->name_off));
    enumerator.Set("value", value->val);
    list.Set(i, enumerator);
  }
  return list;
}

Napi::Object DescribeMember(Napi::Env env, const btf* types, const btf_type* owner, uint32_t i) {
  const struct btf_member* member = btf_members(owner) + i;
  const btf_type* type = btf__type_by_id(types, member->type);
  const bool flexible = IsFlexible(types, member->type);
  auto object = Napi::Object::New(env);
  object.Set("name", btf__name_by_offset(types, member->name_off));
  object.Set("bitOffset", btf_member_bit_offset(owner, i));
  object.Set("bitfieldSize", btf_member_bitfield_size(owner, i));
  object.Set("size", flexible ? 0 : static_cast<double>(btf__resolve_size(types, member->type)));
  object.Set("type", TypeName(types, member->type));
  object.Set("flexible", flexible);
  if (btf_is_enum(type)) object.Set("enumerators", Enumerators(env, types, type));
  return object;
}

}  // namespace

Napi::Object DescribeStruct(Napi::Env env, const btf* types, const std::string& name) {
  const int id = types ? btf__find_by_name_kind(types, name.c_str(), BTF_KIND_STRUCT) : -ENOENT;
  if (id < 0) throw ErrnoError(env, "struct " + name + " in BTF", -id);
  const btf_type* type = btf__type_by_id(types, id);
  auto members = Napi::Array::New(env, btf_vlen(type));
  for (uint32_t i = 0; i < btf_vlen(type); i++) {
    members.Set(i, DescribeMember(env, types, type, i));
  }
  auto object = Napi::Object::New(env);
  object.Set("name", name);
  object.Set("size", type->size);
  object.Set("members", members);
  return object;
}

}  // namespace tracecap
