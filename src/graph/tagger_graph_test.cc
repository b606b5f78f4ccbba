#include "graph/tagger_graph.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/tag_set.h"

namespace tiqu::graph {
namespace {

using testing::UnorderedElementsAre;

model::ModelSpec SmallTaggerSpec() {
  model::ModelSpec spec;
  spec.kind = model::kTaggerKind;
  spec.char_vocab_size = 30;
  spec.known_chars = 20;
  spec.word_vocab_size = 12;
  spec.word_dim = 6;
  spec.word_slots = 11;
  spec.bigram_slots = 7;
  spec.bigram_vocab_size = 5;
  spec.bigram_dim = 4;
  spec.hidden = 16;
  spec.encoder_rates = {1, 2};
  spec.tags = model::TagSet::FromTypes({"LOC", "PER"}, model::TagScheme::kBioes).names();
  return spec;
}

TEST(TaggerGraphTest, TheSignatureIsThatOfTheDesign) {
  const auto meta = BuildTaggerGraph(SmallTaggerSpec());
  ASSERT_TRUE(meta.ok()) << meta.status();
  const auto& signature = meta->signature_def().at("infoext");
  EXPECT_EQ(signature.SerializeAsString().size(),
            meta->signature_def().at("serving_default").SerializeAsString().size());
  std::set<std::string> tensors;
  for (const auto& [key, info] : signature.inputs()) {
    tensors.insert(key + " " + info.name() + " " + tensorflow::DataType_Name(info.dtype()) + " " +
                   std::to_string(info.tensor_shape().dim_size()));
  }
  for (const auto& [key, info] : signature.outputs()) {
    tensors.insert(key + " " + info.name() + " " + tensorflow::DataType_Name(info.dtype()) + " " +
                   std::to_string(info.tensor_shape().dim(info.tensor_shape().dim_size() - 1).size()));
  }
  EXPECT_THAT(tensors,
              UnorderedElementsAre("word_ids word_ids:0 DT_INT32 2", "sequence_lengths sequence_lengths:0 DT_INT32 1",
                                   "dropout_pl dropout_pl:0 DT_FLOAT 0", "logits logits:0 DT_FLOAT 9",
                                   "transition_params transition_params:0 DT_FLOAT 9"));
}

TEST(TaggerGraphTest, VariablesAreTheWeightsAndConvolutionsAreAnnotated) {
  const auto meta = BuildTaggerGraph(SmallTaggerSpec());
  std::set<std::string> variables, layers, expected;
  for (const auto& node : meta->graph_def().node()) {
    if (node.op() == "VariableV2") variables.insert(node.name());
    if (const auto layer = node.attr().find("_tiqu_layer"); layer != node.attr().end())
      layers.insert(layer->second.s());
  }
  for (const model::WeightShape& weight : model::WeightShapes(SmallTaggerSpec())) expected.insert(weight.name);
  EXPECT_EQ(variables, expected);
  EXPECT_THAT(layers, UnorderedElementsAre("DilatedGatedConv1D", "NgramEmbedding"));
}

// Only operations that TensorFlow 1.8 has.
TEST(TaggerGraphTest, EveryOperationIsOfTheTensorFlow18Era) {
  const std::set<std::string> known = {"Placeholder", "Const",
                                       "VariableV2",  "Assign",
                                       "Identity",    "Fill",
                                       "Shape",       "StridedSlice",
                                       "Range",       "Cast",
                                       "Greater",     "Equal",
                                       "Sub",         "Add",
                                       "Mul",         "FloorMod",
                                       "Maximum",     "Pad",
                                       "Gather",      "Reshape",
                                       "ConcatV2",    "ExpandDims",
                                       "MatMul",      "BiasAdd",
                                       "Split",       "Sigmoid",
                                       "NoOp",        "SaveV2",
                                       "RestoreV2",   "MergeV2Checkpoints",
                                       "Pack",        "ShardedFilename",
                                       "StringJoin"};
  const auto meta = BuildTaggerGraph(SmallTaggerSpec());
  for (const auto& node : meta->graph_def().node()) EXPECT_TRUE(known.contains(node.op())) << node.op();
}

TEST(TaggerGraphTest, AReaderIsNoTagger) {
  model::ModelSpec reader;
  reader.char_vocab_size = reader.word_vocab_size = reader.word_dim = 2;
  EXPECT_EQ(BuildTaggerGraph(reader).status().code(), absl::StatusCode::kInvalidArgument);
  model::ModelSpec broken = SmallTaggerSpec();
  broken.known_chars = 31;
  EXPECT_EQ(BuildTaggerGraph(broken).status().message(), "spec.known_chars is 31, limits 2 to 30");
}

}  // namespace
}  // namespace tiqu::graph
