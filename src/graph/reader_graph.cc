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
  Side RepeatPassages(const Side& passage, const Side& question, Output* encoded);
  Output Features(const Side& passage, const Side& question, const Output& begin, const Output& end);
  Output Interact(const Side& passage, const Side& question, const Output& h, const Output& u, const Output& features);
  void AddSignatures(const Output& encoded, const Output& pa, tensorflow::MetaGraphDef* meta) const;

  const model::ModelSpec& spec_;
  GraphBuilder g_;
  std::map<std::string, Output> weights_;
  std::map<std::string, SignatureTensor> inputs_;  // by name
};

void ReaderGraph::AddVariables() {
  for (const model::WeightShape& weight : model::WeightShapes(spec_)) {
    if (weight.in_graph) weights_[weight.name] = g_.Variable(weight.name, weight.shape, !weight.frozen);
  }
}

Output ReaderGraph::Input(const std::string& name, const Shape& shape) {
  const Output input = g_.Placeholder(name, DataType::kFloat, shape);
  inputs_[name] = {name, input, shape};
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

// One passage for each question: where there are more questions, the passages follow each other again.
Side ReaderGraph::RepeatPassages(const Side& passage, const Side& question, Output* encoded) {
  const auto guard = g_.Enter("interaction/passages");
  const auto rows = [&](const Output& x) { return g_.Slice(g_.Shape(x), 1, {.axis = 0, .begin = 0, .end = 1}); };
  const Output times = g_.FloorDiv(rows(question.chars), g_.Maximum(rows(*encoded), g_.Ints({1})));
  const Output times_rows = g_.Concat({times, g_.Ints({1})}, 0);
  *encoded = g_.Tile(*encoded, g_.Concat({times, g_.Ints({1, 1})}, 0));
  return {g_.Tile(passage.chars, times_rows), g_.Tile(passage.words, times_rows), g_.Tile(passage.mask, times_rows)};
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

void ReaderGraph::AddSignatures(const Output& encoded, const Output& pa, tensorflow::MetaGraphDef* meta) const {
  const SignatureTensor encoded_passage = {"encoded", encoded, {-1, -1, spec_.hidden}};
  const SignatureTensor tags = {"pa", pa, {-1, -1, model::kTagCount}};
  const auto inputs = [this](const std::vector<std::string>& names) {
    std::vector<SignatureTensor> some;
    for (const std::string& name : names) some.push_back(inputs_.at(name));
    return some;
  };
  std::vector<SignatureTensor> asked = inputs({"q1_in", "q2_in", "k1_in", "k2_in", "p1_in", "p2_in"});
  asked.push_back(encoded_passage);
  auto& signatures = *meta->mutable_signature_def();
  signatures["qa"] =
      MakePredictSignature(inputs({"q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in", "pos_in"}), {tags});
  signatures["serving_default"] = signatures["qa"];
  signatures["encode_passage"] = MakePredictSignature(inputs({"p1_in", "p2_in", "pos_in"}), {encoded_passage});
  signatures["answer_encoded"] = MakePredictSignature(asked, {tags});
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
  const Output encoded = g_.PlaceholderWithDefault(
      "encoded", Stack("passage", "encode", spec_.encoder_rates, x, passage.mask), {-1, -1, spec_.hidden});
  const Output u = Stack("question", "encode", spec_.encoder_rates, y, question.mask);
  Output h = encoded;
  const Side read = RepeatPassages(passage, question, &h);
  const Output merged = Interact(read, question, h, u, Features(read, question, k1, k2));
  const Output m = Stack("reading", "model", spec_.model_rates, merged, read.mask);
  const Output answer = Answer(g_, "reading/answer",
                               {m, read.mask, Weight("answer/hidden_kernel"), Weight("answer/hidden_bias"),
                                Weight("answer/kernel"), Weight("answer/bias"), spec_.hidden});
  const Output pa = g_.Named("pa", answer);

  tensorflow::MetaGraphDef meta;
  AddSaver(g_, &meta);
  TIQU_ASSIGN_OR_RETURN(*meta.mutable_graph_def(), g_.Finish());
  DescribeMetaGraph(&meta);
  AddSignatures(encoded, pa, &meta);
  return meta;
}

}  // namespace

absl::StatusOr<tensorflow::MetaGraphDef> BuildReaderGraph(const model::ModelSpec& spec) {
  TIQU_RETURN_IF_ERROR(spec.Validate());
  return ReaderGraph(spec).Build();
}

}  // namespace tiqu::graph
