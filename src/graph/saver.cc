// save/Const names the bundle's prefix; a loader feeds it and runs save/restore_all. The other half, up to
// save/Identity, writes a checkpoint through a temporary file a shard, so that Saver.save works on a loaded model.
#include "graph/saver.h"

namespace tiqu::graph {
namespace {

Output StringConstant(GraphBuilder& g, std::string_view name, const Shape& shape, std::vector<std::string> values) {
  Tensor tensor(DataType::kString, shape);
  tensor.strings() = std::move(values);
  return g.Begin("Const", name, !kUnique)
      .Type("dtype", DataType::kString)
      .TensorAttr("value", tensor)
      .Result(DataType::kString);
}

Output IntConstant(GraphBuilder& g, std::string_view name, int32_t value) {
  const auto tensor = Tensor::Of<int32_t>({}, {value});
  return g.Begin("Const", name, !kUnique)
      .Type("dtype", DataType::kInt32)
      .TensorAttr("value", tensor)
      .Result(DataType::kInt32);
}

std::vector<std::string> Names(const std::vector<VariableInfo>& variables) {
  std::vector<std::string> names;
  for (const VariableInfo& variable : variables) names.push_back(variable.name);
  return names;
}

// SCOPE/tensor_names and SCOPE/shape_and_slices; an empty slice is the whole tensor.
std::vector<Output> NamesAndSlices(GraphBuilder& g, std::string_view scope, const std::vector<std::string>& names) {
  const auto guard = g.Enter(scope);
  const Shape shape = {static_cast<int64_t>(names.size())};
  const Output tensor_names = StringConstant(g, "tensor_names", shape, names);
  return {tensor_names, StringConstant(g, "shape_and_slices", shape, std::vector<std::string>(names.size()))};
}

// -> save/ShardedFilename
Output AddShardName(GraphBuilder& g, const Output& prefix) {
  const Output suffix = StringConstant(g, "StringJoin/inputs_1", {}, {"_temp/part"});
  const Output joined = g.Begin("StringJoin", "StringJoin", !kUnique)
                            .Inputs({prefix, suffix})
                            .Int("N", 2)
                            .String("separator", "")
                            .Result(DataType::kString);
  const Output shards = IntConstant(g, "num_shards", 1);
  const Output shard = IntConstant(g, "ShardedFilename/shard", 0);
  return g.Begin("ShardedFilename", "ShardedFilename", !kUnique)
      .Inputs({joined, shard, shards})
      .Result(DataType::kString);
}

void AddSave(GraphBuilder& g, const Output& prefix, const std::vector<std::string>& names) {
  const Output file = AddShardName(g, prefix);
  const std::vector<Output> what = NamesAndSlices(g, "SaveV2", names);
  auto save = g.Begin("SaveV2", "SaveV2", !kUnique);
  save.Input(file).Inputs(what).Types("dtypes", names.size(), DataType::kFloat);
  for (const std::string& name : names) save.Input({name, DataType::kFloat});
  const Output saved = g.Begin("Identity", "control_dependency", !kUnique)
                           .Input(file)
                           .After(save.Result(DataType::kInvalid))
                           .Type("T", DataType::kString)
                           .Result(DataType::kString);
  const Output prefixes = g.Begin("Pack", "MergeV2Checkpoints/checkpoint_prefixes", !kUnique)
                              .Input(file)
                              .After(saved)
                              .Int("N", 1)
                              .Type("T", DataType::kString)
                              .Int("axis", 0)
                              .Result(DataType::kString);
  const Output merged = g.Begin("MergeV2Checkpoints", "MergeV2Checkpoints", !kUnique)
                            .Inputs({prefixes, prefix})
                            .Bool("delete_old_dirs", true)
                            .Result(DataType::kInvalid);
  g.Begin("Identity", "Identity", !kUnique).Input(prefix).After(saved).After(merged).Type("T", DataType::kString);
}

void AddRestore(GraphBuilder& g, const Output& prefix, const std::vector<std::string>& names) {
  const std::vector<Output> what = NamesAndSlices(g, "RestoreV2", names);
  auto restore = g.Begin("RestoreV2", "RestoreV2", !kUnique);
  restore.Input(prefix).Inputs(what).Types("dtypes", names.size(), DataType::kFloat);
  std::vector<Output> assigned;
  for (size_t i = 0; i < names.size(); ++i) {
    assigned.push_back(g.Begin("Assign", "Assign", kUnique)
                           .Input({names[i], DataType::kFloat})
                           .Input(restore.Result(DataType::kFloat, static_cast<int>(i)))
                           .Type("T", DataType::kFloat)
                           .Bool("validate_shape", true)
                           .Bool("use_locking", true)
                           .Result(DataType::kFloat));
  }
  auto shard = g.Begin("NoOp", "restore_shard", !kUnique);
  for (const Output& assign : assigned) shard.After(assign);
  g.Begin("NoOp", "restore_all", !kUnique).After(shard.Result(DataType::kInvalid));
}

tensorflow::VariableDef DescribeVariable(const VariableInfo& variable) {
  tensorflow::VariableDef def;
  def.set_variable_name(variable.name + ":0");
  def.set_initializer_name(variable.name + "/Assign");
  def.set_snapshot_name(variable.name + "/read:0");
  def.set_initial_value_name(variable.name + "/initial_value:0");
  def.set_trainable(variable.trainable);
  return def;
}

}  // namespace

void AddSaver(GraphBuilder& g, tensorflow::MetaGraphDef* meta) {
  if (g.variables().empty()) return;
  {
    const auto guard = g.Enter("save");
    const Output prefix = StringConstant(g, "Const", {}, {"model"});
    const std::vector<std::string> names = Names(g.variables());
    AddSave(g, prefix, names);
    AddRestore(g, prefix, names);
  }
  auto* saver = meta->mutable_saver_def();
  saver->set_filename_tensor_name("save/Const:0");
  saver->set_save_tensor_name("save/Identity:0");
  saver->set_restore_op_name("save/restore_all");
  saver->set_max_to_keep(5);
  saver->set_sharded(true);
  saver->set_keep_checkpoint_every_n_hours(10000.0F);
  saver->set_version(tensorflow::SaverDef::V2);
  for (const VariableInfo& variable : g.variables()) {
    const std::string bytes = DescribeVariable(variable).SerializeAsString();
    (*meta->mutable_collection_def())["variables"].mutable_bytes_list()->add_value(bytes);
    if (!variable.trainable) continue;
    (*meta->mutable_collection_def())["trainable_variables"].mutable_bytes_list()->add_value(bytes);
  }
}

}  // namespace tiqu::graph
