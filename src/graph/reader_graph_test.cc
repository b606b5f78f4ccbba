#include "graph/reader_graph.h"

#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::graph {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

model::ModelSpec SmallSpec() {
  model::ModelSpec spec;
  spec.char_vocab_size = 30;
  spec.word_vocab_size = 20;
  spec.word_dim = 12;
  spec.hidden = 16;
  spec.encoder_rates = {1, 2};
  spec.model_rates = {1, 4};
  return spec;
}

std::string NodeOf(const std::string& input) {
  const std::string name = input.substr(0, input.find(':'));
  return name.rfind('^', 0) == 0 ? name.substr(1) : name;
}

// What docs/formats/graph_annotations.md promises to the engine.
struct Scope {
  std::string layer;
  std::set<std::string> roles;
  bool has_output = false;
  std::map<std::string, int64_t> numbers;
};

std::map<std::string, Scope> AnnotatedScopes(const tensorflow::GraphDef& graph) {
  std::map<std::string, Scope> scopes;
  for (const auto& node : graph.node()) {
    const auto role = node.attr().find("_tiqu_role");
    if (role == node.attr().end()) continue;
    Scope& scope = scopes[node.name().substr(0, node.name().rfind('/'))];
    scope.layer = node.attr().at("_tiqu_layer").s();
    if (role->second.s() == "output") {
      scope.has_output = true;
      for (const auto& [name, value] : node.attr()) {
        if (name.rfind("_tiqu_", 0) == 0 && value.value_case() == tensorflow::AttrValue::kI)
          scope.numbers[name] = value.i();
      }
    } else {
      scope.roles.insert(role->second.s());
      EXPECT_EQ(node.name().substr(node.name().rfind('/') + 1), "in_" + role->second.s());
      EXPECT_EQ(node.op(), "Identity");
    }
  }
  return scopes;
}

// The annotated scope that a node lies in, or "".
std::string ScopeOf(const std::string& name, const std::map<std::string, Scope>& scopes) {
  for (const auto& [prefix, scope] : scopes) {
    if (name.rfind(prefix + "/", 0) == 0) return prefix;
  }
  return "";
}

TEST(ReaderGraphTest, SignaturesAreThoseOfTheDesign) {
  const auto meta = BuildReaderGraph(SmallSpec());
  ASSERT_TRUE(meta.ok()) << meta.status();
  EXPECT_THAT(meta->meta_info_def().tags(), ElementsAre("serve"));
  const auto& qa = meta->signature_def().at("qa");
  EXPECT_EQ(qa.SerializeAsString().size(), meta->signature_def().at("serving_default").SerializeAsString().size());
  std::vector<std::string> keys;
  for (const auto& [key, info] : qa.inputs()) {
    keys.push_back(key);
    EXPECT_EQ(info.name(), key + ":0");
    EXPECT_EQ(info.dtype(), tensorflow::DT_FLOAT);
  }
  EXPECT_THAT(keys, UnorderedElementsAre("q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in", "pos_in"));
  EXPECT_EQ(qa.inputs().at("k1_in").tensor_shape().dim(1).size(), 1);
  EXPECT_EQ(qa.outputs().at("pa").name(), "pa:0");
  EXPECT_EQ(qa.outputs().at("pa").tensor_shape().dim(2).size(), 3);
}

TEST(ReaderGraphTest, APassageIsEncodedByOneSignatureAndAskedByAnother) {
  const auto meta = BuildReaderGraph(SmallSpec());
  ASSERT_TRUE(meta.ok()) << meta.status();
  const auto keys = [](const auto& infos) {
    std::vector<std::string> keys;
    for (const auto& [key, info] : infos) keys.push_back(key);
    return keys;
  };
  const auto& encode = meta->signature_def().at("encode_passage");
  EXPECT_THAT(keys(encode.inputs()), UnorderedElementsAre("p1_in", "p2_in", "pos_in"));
  EXPECT_THAT(keys(encode.outputs()), ElementsAre("encoded"));
  EXPECT_EQ(encode.outputs().at("encoded").name(), "encoded:0");
  EXPECT_EQ(encode.outputs().at("encoded").tensor_shape().dim(2).size(), SmallSpec().hidden);
  const auto& answer = meta->signature_def().at("answer_encoded");
  EXPECT_THAT(keys(answer.inputs()),
              UnorderedElementsAre("encoded", "q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in"));
  EXPECT_EQ(answer.inputs().at("encoded").name(), "encoded:0");
  EXPECT_EQ(answer.inputs().at("encoded").dtype(), tensorflow::DT_FLOAT);
  EXPECT_EQ(answer.outputs().at("pa").name(), "pa:0");
}

TEST(ReaderGraphTest, NodesComeInTopologicalOrderUnderNamesOfTheirOwn) {
  const auto meta = BuildReaderGraph(SmallSpec());
  std::set<std::string> seen;
  for (const auto& node : meta->graph_def().node()) {
    for (const std::string& input : node.input()) EXPECT_TRUE(seen.count(NodeOf(input))) << node.name() << " " << input;
    EXPECT_TRUE(seen.insert(node.name()).second) << node.name();
    EXPECT_TRUE(node.device().empty());
  }
}

TEST(ReaderGraphTest, AnnotatedScopesAreClosed) {
  const auto meta = BuildReaderGraph(SmallSpec());
  const auto scopes = AnnotatedScopes(meta->graph_def());
  for (const auto& [prefix, scope] : scopes) EXPECT_TRUE(scope.has_output) << prefix;
  for (const auto& node : meta->graph_def().node()) {
    const std::string scope = ScopeOf(node.name(), scopes);
    EXPECT_EQ(node.attr().count("_tiqu_layer"), scope.empty() ? 0U : 1U) << node.name();
    for (const std::string& input : node.input()) {
      const std::string from = ScopeOf(NodeOf(input), scopes);
      if (from == scope) continue;
      EXPECT_TRUE(from.empty() || NodeOf(input) == from + "/output") << node.name();
      EXPECT_TRUE(scope.empty() || node.name().rfind(scope + "/in_", 0) == 0) << node.name();
    }
  }
}

TEST(ReaderGraphTest, EveryLayerHasTheRolesOfTheDocument) {
  const auto meta = BuildReaderGraph(SmallSpec());
  const auto scopes = AnnotatedScopes(meta->graph_def());
  std::vector<std::string> prefixes;
  for (const auto& [prefix, scope] : scopes) prefixes.push_back(prefix);
  EXPECT_THAT(prefixes, UnorderedElementsAre(
                            "passage/mix_embedding", "question/mix_embedding", "passage/encode_0", "passage/encode_1",
                            "question/encode_0", "question/encode_1", "interaction/similarity",
                            "interaction/c2q_attention", "interaction/q2c_attention", "interaction/match_features",
                            "interaction/merged_context", "reading/model_0", "reading/model_1", "reading/answer"));
  EXPECT_THAT(scopes.at("passage/mix_embedding").roles,
              UnorderedElementsAre("char_ids", "word_ids", "position_ids", "mask", "char_embeddings", "word_vectors",
                                   "word_projection", "position_embeddings"));
  EXPECT_THAT(
      scopes.at("question/mix_embedding").roles,
      UnorderedElementsAre("char_ids", "word_ids", "mask", "char_embeddings", "word_vectors", "word_projection"));
  EXPECT_EQ(scopes.at("reading/model_1").layer, "DilatedGatedConv1D");
  EXPECT_EQ(scopes.at("reading/model_1").numbers.at("_tiqu_rate"), 4);
  EXPECT_THAT(scopes.at("reading/model_1").roles, UnorderedElementsAre("input", "mask", "kernel", "bias"));
  EXPECT_THAT(scopes.at("interaction/match_features").roles,
              UnorderedElementsAre("passage_chars", "passage_words", "question_chars", "question_words", "anchor_begin",
                                   "anchor_end", "passage_mask", "question_mask", "char_idf", "word_idf"));
}

TEST(ReaderGraphTest, AblationsLeaveTheirNodesOut) {
  model::ModelSpec spec = SmallSpec();
  spec.word_vectors = false;
  spec.match_features = false;
  const auto meta = BuildReaderGraph(spec);
  ASSERT_TRUE(meta.ok()) << meta.status();
  const auto scopes = AnnotatedScopes(meta->graph_def());
  EXPECT_EQ(scopes.count("interaction/match_features"), 0U);
  EXPECT_EQ(scopes.at("passage/mix_embedding").roles.count("word_vectors"), 0U);
  EXPECT_EQ(meta->signature_def().at("qa").inputs_size(), 7);
}

// Only operations and attributes that TensorFlow 1.8 has (reference: its op registry), so that nothing newer slips in.
TEST(ReaderGraphTest, EveryOperationIsOfTheTensorFlow18Era) {
  const std::map<std::string, std::set<std::string>> kAttributes = {
      {"Placeholder", {"dtype", "shape"}},
      {"PlaceholderWithDefault", {"dtype", "shape"}},
      {"Const", {"dtype", "value"}},
      {"VariableV2", {"shape", "dtype", "container", "shared_name"}},
      {"Assign", {"T", "validate_shape", "use_locking"}},
      {"Identity", {"T"}},
      {"NoOp", {}},
      {"Cast", {"SrcT", "DstT"}},
      {"Gather", {"Tparams", "Tindices", "validate_indices"}},
      {"MatMul", {"T", "transpose_a", "transpose_b"}},
      {"BatchMatMul", {"T", "adj_x", "adj_y"}},
      {"BiasAdd", {"T", "data_format"}},
      {"MaxPool", {"T", "ksize", "strides", "padding", "data_format"}},
      {"ConcatV2", {"N", "T", "Tidx"}},
      {"Pack", {"N", "T", "axis"}},
      {"Split", {"num_split", "T"}},
      {"ExpandDims", {"T", "Tdim"}},
      {"Squeeze", {"T", "squeeze_dims"}},
      {"Reshape", {"T", "Tshape"}},
      {"Pad", {"T", "Tpaddings"}},
      {"Tile", {"T", "Tmultiples"}},
      {"Fill", {"T"}},
      {"Shape", {"T", "out_type"}},
      {"StridedSlice", {"T", "Index", "begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"}},
      {"Range", {"Tidx"}},
      {"LogicalAnd", {}},
      {"RestoreV2", {"dtypes"}},
      {"SaveV2", {"dtypes"}},
      {"MergeV2Checkpoints", {"delete_old_dirs"}},
      {"ShardedFilename", {}},
      {"StringJoin", {"N", "separator"}},
  };
  const std::set<std::string> kOnlyT = {"Add",   "Sub",     "Mul",          "RealDiv", "FloorDiv", "Maximum", "Minimum",
                                        "Equal", "Greater", "GreaterEqual", "Sigmoid", "Relu",     "Softmax"};
  const std::set<std::string> kReductions = {"Max", "Sum"};
  const auto meta = BuildReaderGraph(SmallSpec());
  for (const auto& node : meta->graph_def().node()) {
    std::set<std::string> allowed;
    if (kOnlyT.count(node.op()) != 0) {
      allowed = {"T"};
    } else if (kReductions.count(node.op()) != 0) {
      allowed = {"T", "Tidx", "keep_dims"};
    } else {
      ASSERT_TRUE(kAttributes.count(node.op())) << node.op() << " of " << node.name();
      allowed = kAttributes.at(node.op());
    }
    for (const auto& [name, value] : node.attr()) {
      EXPECT_TRUE(name.rfind("_", 0) == 0 || allowed.count(name)) << node.op() << " " << name;
    }
  }
}

TEST(ReaderGraphTest, ASpecThatIsNotValidIsRefused) {
  model::ModelSpec spec = SmallSpec();
  spec.hidden = 0;
  EXPECT_EQ(BuildReaderGraph(spec).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tiqu::graph
