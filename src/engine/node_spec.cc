#include "engine/node_spec.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "saved_model.pb.h"

namespace tiqu::engine {

using tensorflow::AttrValue;

NodeSpec::NodeSpec(const tensorflow::NodeDef& def, std::vector<DataType> input_types,
                   std::vector<const Tensor*> constants, LoadContext* load)
    : def_(def), input_types_(std::move(input_types)), constants_(std::move(constants)), load_(load) {}

const std::string& NodeSpec::name() const { return def_.name(); }
const std::string& NodeSpec::op() const { return def_.op(); }

DataType NodeSpec::input_type(int i) const {
  return i >= 0 && i < input_count() ? input_types_[i] : DataType::kInvalid;
}

const Tensor* NodeSpec::constant(int i) const { return i >= 0 && i < input_count() ? constants_[i] : nullptr; }

const AttrValue* NodeSpec::Find(std::string_view attr) const {
  const auto it = def_.attr().find(std::string(attr));
  return it == def_.attr().end() ? nullptr : &it->second;
}

const AttrValue* NodeSpec::FindKind(std::string_view attr, int kind, const char* kind_name) const {
  const AttrValue* value = Find(attr);
  if (value == nullptr || value->value_case() == kind) return value;
  // An empty list is written as a list without values, whatever its kind; anything else here is a damaged graph.
  Fail(absl::InvalidArgumentError(absl::StrCat("attribute ", std::string(attr), " is not ", kind_name)));
  return nullptr;
}

int64_t NodeSpec::Int(std::string_view attr, int64_t fallback) const {
  const AttrValue* value = FindKind(attr, AttrValue::kI, "an integer");
  return value != nullptr ? value->i() : fallback;
}

float NodeSpec::Float(std::string_view attr, float fallback) const {
  const AttrValue* value = FindKind(attr, AttrValue::kF, "a float");
  return value != nullptr ? value->f() : fallback;
}

bool NodeSpec::Bool(std::string_view attr, bool fallback) const {
  const AttrValue* value = FindKind(attr, AttrValue::kB, "a bool");
  return value != nullptr ? value->b() : fallback;
}

std::string NodeSpec::String(std::string_view attr, std::string_view fallback) const {
  const AttrValue* value = FindKind(attr, AttrValue::kS, "a string");
  return value != nullptr ? value->s() : std::string(fallback);
}

DataType NodeSpec::Type(std::string_view attr, DataType fallback) const {
  const AttrValue* value = FindKind(attr, AttrValue::kType, "a type");
  return value != nullptr ? static_cast<DataType>(value->type()) : fallback;
}

std::vector<int64_t> NodeSpec::Ints(std::string_view attr) const {
  const AttrValue* value = FindKind(attr, AttrValue::kList, "a list");
  if (value == nullptr) return {};
  return {value->list().i().begin(), value->list().i().end()};
}

std::vector<std::string> NodeSpec::Strings(std::string_view attr) const {
  const AttrValue* value = FindKind(attr, AttrValue::kList, "a list");
  if (value == nullptr) return {};
  return {value->list().s().begin(), value->list().s().end()};
}

std::vector<DataType> NodeSpec::TypeList(std::string_view attr) const {
  const AttrValue* value = FindKind(attr, AttrValue::kList, "a list");
  std::vector<DataType> types;
  if (value == nullptr) return types;
  for (const int type : value->list().type()) types.push_back(static_cast<DataType>(type));
  return types;
}

int NodeSpec::Role(std::string_view role) const {
  const auto roles = Strings(kRolesAttr);
  const auto it = std::find(roles.begin(), roles.end(), role);
  return it == roles.end() ? -1 : static_cast<int>(it - roles.begin());
}

void NodeSpec::ExpectInputs(int least, int most) const {
  if (input_count() >= least && input_count() <= most) return;
  const std::string expected = least == most ? absl::StrCat(least) : absl::StrCat("at least ", least);
  Fail(absl::InvalidArgumentError(absl::StrCat("has ", input_count(), " inputs, expected ", expected)));
}

void NodeSpec::ExpectType(int input, std::initializer_list<DataType> types) const {
  const DataType type = input_type(input);
  if (std::find(types.begin(), types.end(), type) != types.end()) return;
  const std::string expected = absl::StrJoin(
      types, " or ", [](std::string* out, DataType wanted) { absl::StrAppend(out, DataTypeName(wanted)); });
  Fail(absl::InvalidArgumentError(absl::StrCat("input ", input, " is ", DataTypeName(type), ", expected ", expected)));
}

void NodeSpec::ExpectSameType(int first, int second) const {
  if (input_type(first) == input_type(second)) return;
  Fail(absl::InvalidArgumentError(absl::StrCat("input ", first, " is ", DataTypeName(input_type(first)), " and input ",
                                               second, " is ", DataTypeName(input_type(second)),
                                               "; they must be of one type")));
}

void NodeSpec::Fail(absl::Status status) const {
  if (status_.ok()) status_ = std::move(status);
}

absl::Status NodeSpec::UnsupportedType(DataType type) const {
  return absl::UnimplementedError(absl::StrCat("element type ", DataTypeName(type), " is not supported here"));
}

}  // namespace tiqu::engine
