#include "graph/reader_graph.h"

#include <map>

#include "base/status.h"
#include "fmt/format.h"
#include "graph/graph_builder.h"
#include "graph/layers/answer.h"
#include "graph/layers/c2q_attention.h"
#include "graph/layers/dilated_gated_conv1d.h"
#include "graph/layers/match_features.h"
#include "graph/layers/merged_context.h"
#include "graph/layers/mix_embedding.h"
#include "graph/layers/q2c_attention.h"
#include "graph/layers/similarity.h"
#include "graph/saver.h"
#include "graph/signature.h"

namespace tiqu::graph {
namespace {

// A text as the layers take it.
struct Side {
  Output chars;  // int [batch, length]
  Output words;  // int [batch, length]
  Output mask;   // [batch, length]
};

class ReaderGraph {
 public:
  explicit ReaderGraph(const model::ModelSpec& spec) : spec_(spec) {}

  absl::StatusOr<tensorflow::MetaGraphDef> Build();

 private:
  void AddVariables();
  const Output& Weight(const std::string& name) const { return weights_.at(name); }
  Output Input(const std::string& name, const Shape& shape);
  Side Ids(std::string_view scope, const Output& chars, const Output& words);
  Output Embed(std::string_view scope, const Side& side, const Output* positions);
  Output Stack(std::string_view scope, const std::string& name, const std::vector<int>& rates, const Output& input,
               const Output& mask);
  Output Features(const Side& passage, const Side& question, const Output& begin, const Output& end);
  Output Interact(const Side& passage, const Side& question, const Output& h, const Output& u, const Output& features);

  const model::ModelSpec& spec_;
  GraphBuilder g_;
  std::map<std::string, Output> weights_;
  std::vector<SignatureTensor> inputs_;
};

void ReaderGraph::AddVariables() {
  for (const model::WeightShape& weight : model::WeightShapes(spec_)) {
    if (weight.in_graph) weights_[weight.name] = g_.Variable(weight.name, weight.shape, !weight.frozen);
  }
}

Output ReaderGraph::Input(const std::string& name, const Shape& shape) {
  const Output input = g_.Placeholder(name, DataType::kFloat, shape);
  inputs_.push_back({name, input, shape});
  return input;
}

Side ReaderGraph::Ids(std::string_view scope, const Output& chars, const Output& words) {
  const auto guard = g_.Enter(scope);
  Side side;
  side.chars = g_.Cast(chars, DataType::kInt32, "char_ids");
  side.words = g_.Cast(words, DataType::kInt32, "word_ids");
  side.mask = g_.Cast(g_.Greater(side.chars, g_.Int(0)), DataType::kFloat, "mask");
  return side;
}

Output ReaderGraph::Embed(std::string_view scope, const Side& side, const Output* positions) {
  MixEmbeddingInputs inputs;
  inputs.char_ids = side.chars;
  inputs.mask = side.mask;
  inputs.char_embeddings = Weight("mix_embedding/char_embeddings");
  inputs.hidden = spec_.hidden;
  if (spec_.word_vectors) {
    inputs.words = {side.words, Weight("mix_embedding/word_vectors"), Weight("mix_embedding/word_projection"),
                    spec_.word_dim};
  }
  if (positions != nullptr) {
    inputs.positions = {*positions, Weight("mix_embedding/position_embeddings"), spec_.max_position};
  }
  return MixEmbedding(g_, fmt::format("{}/mix_embedding", scope), inputs);
}

Output ReaderGraph::Stack(std::string_view scope, const std::string& name, const std::vector<int>& rates,
                          const Output& input, const Output& mask) {
  Output x = input;
  for (size_t i = 0; i < rates.size(); ++i) {
    const std::string layer = fmt::format("{}_{}", name, i);
    x = DilatedGatedConv1D(g_, fmt::format("{}/{}", scope, layer),
                           {x, mask, Weight(layer + "/kernel"), Weight(layer + "/bias"), spec_.hidden, rates[i]});
  }
  return x;
}

Output ReaderGraph::Features(const Side& passage, const Side& question, const Output& begin, const Output& end) {
  if (spec_.match_features) {
    return MatchFeatures(g_, "interaction/match_features",
                         {passage.chars, passage.words, question.chars, question.words, begin, end, passage.mask,
                          question.mask, Weight("match_features/char_idf"), Weight("match_features/word_idf")});
  }
  const auto guard = g_.Enter("interaction/match_features");
  const Output zeros = g_.Floats({model::kFeatureCount}, std::vector<float>(model::kFeatureCount, 0.0F));
  return g_.Mul(g_.ExpandDims(passage.mask, 2), zeros);
}

Output ReaderGraph::Interact(const Side& passage, const Side& question, const Output& h, const Output& u,
                             const Output& features) {
  const Output similarity =
      Similarity(g_, "interaction/similarity", {h, u, question.mask, Weight("similarity/kernel"), spec_.hidden});
  const Output c2q = C2QAttention(g_, "interaction/c2q_attention", {similarity, u});
  const Output q2c = Q2CAttention(g_, "interaction/q2c_attention", {similarity, h, passage.mask});
  return MergedContext(g_, "interaction/merged_context",
                       {h, c2q, q2c, features, passage.mask, Weight("merged_context/kernel"),
                        Weight("merged_context/bias"), spec_.hidden});
}

absl::StatusOr<tensorflow::MetaGraphDef> ReaderGraph::Build() {
  AddVariables();
  const Shape text = {-1, -1};
  const Output q1 = Input("q1_in", text);
  const Output q2 = Input("q2_in", text);
  const Output p1 = Input("p1_in", text);
  const Output p2 = Input("p2_in", text);
  const Output k1 = Input("k1_in", {-1, 1});
  const Output k2 = Input("k2_in", {-1, 1});
  const Output positions = g_.Cast(Input("pos_in", text), DataType::kInt32, "passage/position_ids");
  const Side passage = Ids("passage", p1, p2);
  const Side question = Ids("question", q1, q2);

  const Output x = Embed("passage", passage, &positions);
  const Output y = Embed("question", question, nullptr);
  const Output h = Stack("passage", "encode", spec_.encoder_rates, x, passage.mask);
  const Output u = Stack("question", "encode", spec_.encoder_rates, y, question.mask);
  const Output merged = Interact(passage, question, h, u, Features(passage, question, k1, k2));
  const Output m = Stack("reading", "model", spec_.model_rates, merged, passage.mask);
  const Output answer = Answer(g_, "reading/answer",
                               {m, passage.mask, Weight("answer/hidden_kernel"), Weight("answer/hidden_bias"),
                                Weight("answer/kernel"), Weight("answer/bias"), spec_.hidden});
  const Output pa = g_.Named("pa", answer);

  tensorflow::MetaGraphDef meta;
  AddSaver(g_, &meta);
  TIQU_ASSIGN_OR_RETURN(*meta.mutable_graph_def(), g_.Finish());
  DescribeMetaGraph(&meta);
  const auto signature = MakePredictSignature(inputs_, {{"pa", pa, {-1, -1, model::kTagCount}}});
  (*meta.mutable_signature_def())["qa"] = signature;
  (*meta.mutable_signature_def())["serving_default"] = signature;
  return meta;
}

}  // namespace

absl::StatusOr<tensorflow::MetaGraphDef> BuildReaderGraph(const model::ModelSpec& spec) {
  TIQU_RETURN_IF_ERROR(spec.Validate());
  return ReaderGraph(spec).Build();
}

}  // namespace tiqu::graph
