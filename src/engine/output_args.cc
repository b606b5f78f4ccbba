#include "engine/output_args.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace tiqu::engine {
namespace {

using tensorflow::OpDef;

constexpr int64_t kMostTensors = 1 << 20;  // that one argument stands for

// Operations of several output arguments. A count after the colon is the attribute that says how many tensors the
// argument is; a list of types after '@'.
struct KnownOutputs {
  const char* op;
  std::vector<const char*> args;
};

const std::vector<KnownOutputs>& KnownTable() {
  static const auto* const table = new std::vector<KnownOutputs>{
      {"FusedBatchNorm", {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"}},
      {"FusedBatchNormV2", {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2"}},
      {"FusedBatchNormV3",
       {"y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"}},
      {"Merge", {"output", "value_index"}},
      {"ParseExample",
       {"sparse_indices:Nsparse", "sparse_values@sparse_types", "sparse_shapes:Nsparse", "dense_values@Tdense"}},
      {"ParseExampleV2",
       {"sparse_indices:num_sparse", "sparse_values@sparse_types", "sparse_shapes:num_sparse", "dense_values@Tdense",
        "ragged_values@ragged_value_types", "ragged_row_splits@ragged_split_types"}},
      {"Switch", {"output_false", "output_true"}},
      {"TopK", {"values", "indices"}},
      {"TopKV2", {"values", "indices"}},
      {"Unique", {"y", "idx"}},
      {"UniqueWithCounts", {"y", "idx", "count"}},
  };
  return *table;
}

OpDef DefOf(const KnownOutputs& known) {
  OpDef def;
  for (const std::string text : known.args) {
    OpDef::ArgDef* arg = def.add_output_arg();
    const size_t end = text.find_first_of(":@");
    arg->set_name(text.substr(0, end));
    if (end == std::string::npos) continue;
    (text[end] == ':' ? arg->mutable_number_attr() : arg->mutable_type_list_attr())->assign(text.substr(end + 1));
  }
  return def;
}

}  // namespace

absl::StatusOr<int64_t> ArgSize(const OpDef::ArgDef& arg,
                                const google::protobuf::Map<std::string, tensorflow::AttrValue>& attributes) {
  const std::string& name = arg.number_attr().empty() ? arg.type_list_attr() : arg.number_attr();
  if (name.empty()) return 1;
  const auto it = attributes.find(name);
  if (it == attributes.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute ", name, ", the size of argument '", arg.name(), "', is missing"));
  }
  const int64_t size = arg.number_attr().empty() ? it->second.list().type_size() : it->second.i();
  if (size >= 0 && size <= kMostTensors) return size;
  return absl::InvalidArgumentError(absl::StrCat("attribute ", name, " is ", size, ", expected 0 to ", kMostTensors));
}

OutputArgs::OutputArgs(const tensorflow::OpList& described) {
  for (const OpDef& op : described.op()) described_.emplace(op.name(), &op);
  for (const KnownOutputs& known : KnownTable()) known_.emplace(known.op, DefOf(known));
}

absl::StatusOr<int64_t> OutputArgs::PortAmong(const google::protobuf::RepeatedPtrField<OpDef::ArgDef>& args,
                                              const tensorflow::NodeDef& node, const std::string& output,
                                              int64_t index) {
  int64_t port = 0;
  for (const OpDef::ArgDef& arg : args) {
    TIQU_ASSIGN_OR_RETURN(const int64_t size, ArgSize(arg, node.attr()));
    if (arg.name() != output) {
      port += size;
      continue;
    }
    if (index < size) return port + index;
    return absl::InvalidArgumentError(absl::StrCat("output '", output, "' of node '", node.name(), "' has ", size,
                                                   " tensors, ", index, " is not among them"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("node '", node.name(), "' (", node.op(), ") has no output '", output, "'"));
}

absl::StatusOr<int64_t> OutputArgs::PortOf(const tensorflow::NodeDef& node, const std::string& output,
                                           int64_t index) const {
  if (const auto known = known_.find(node.op()); known != known_.end()) {
    return PortAmong(known->second.output_arg(), node, output, index);
  }
  const auto described = described_.find(node.op());
  if (described == described_.end() || described->second->output_arg_size() < 2) return index;
  return PortAmong(described->second->output_arg(), node, output, index);
}

}  // namespace tiqu::engine
