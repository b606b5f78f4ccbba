#include "graph/tagger_graph.h"

#include <map>
#include <string>

#include "base/status.h"
#include "fmt/format.h"
#include "graph/layers/dilated_gated_conv1d.h"
#include "graph/layers/ngram_embedding.h"
#include "graph/saver.h"
#include "graph/shapes.h"
#include "graph/signature.h"

namespace tiqu::graph {
namespace {

class TaggerGraph {
 public:
  explicit TaggerGraph(const model::ModelSpec& spec) : spec_(spec) {}

  absl::StatusOr<tensorflow::MetaGraphDef> Build();

 private:
  // Which characters of the batch there are.
  struct Layout {
    Output mask;   // [batch, length]
    Output first;  // [length]: 1 at the first character
    Output last;   // [batch, length]: 1 at the last character of each sequence
  };

  const Output& Weight(const std::string& name) const { return weights_.at(name); }
  NgramTableInputs Table(const std::string& name) const {
    return {Weight("ngram_embedding/" + name + "_keys"), Weight("ngram_embedding/" + name + "_ids")};
  }
  Layout LayOut(const Output& ids, const Output& lengths);
  Output Embed(const Output& ids, const Layout& layout);
  Output Logits(const Output& x, const Layout& layout);

  const model::ModelSpec& spec_;
  GraphBuilder g_;
  std::map<std::string, Output> weights_;
};

TaggerGraph::Layout TaggerGraph::LayOut(const Output& ids, const Output& lengths) {
  const auto guard = g_.Enter("text");
  const Output places = g_.Range(g_.Int(0), g_.Element(g_.Shape(ids), 1), g_.Int(1));
  const Output ends = g_.ExpandDims(lengths, 1);
  Layout layout;
  layout.mask = g_.Cast(g_.Greater(ends, places), DataType::kFloat, "mask");
  layout.first = g_.Cast(g_.Equal(places, g_.Int(0)), DataType::kFloat);
  layout.last = g_.Cast(g_.Equal(g_.Sub(ends, g_.Int(1)), places), DataType::kFloat);
  return layout;
}

// What lies behind a sequence's end is taken as padding, whatever ids stand there.
Output TaggerGraph::Embed(const Output& ids, const Layout& layout) {
  Output masked;
  {
    const auto guard = g_.Enter("text");
    masked = g_.Mul(ids, g_.Cast(layout.mask, DataType::kInt32));
  }
  return NgramEmbedding(
      g_, "text/ngram_embedding", spec_,
      {masked, layout.mask, Weight("ngram_embedding/char_embeddings"), Table("word"),
       Weight("ngram_embedding/word_vectors"), Table("bigram"), Weight("ngram_embedding/bigram_embeddings"),
       Weight("ngram_embedding/kernel"), Weight("ngram_embedding/bias")});
}

Output TaggerGraph::Logits(const Output& x, const Layout& layout) {
  const auto guard = g_.Enter("tags");
  const auto tags = static_cast<int64_t>(spec_.tags.size());
  const Output rows = DenseRows(g_, x, Weight("tags/kernel"), Weight("tags/bias"), spec_.hidden);
  const Output begins = g_.Mul(g_.ExpandDims(layout.first, 1), Weight("crf/begin"));
  const Output ends = g_.Mul(MaskColumn(g_, layout.last), Weight("crf/end"));
  const Output sum = g_.Add(g_.Add(Unrows(g_, rows, x, tags), begins), ends);
  return g_.Mul(sum, MaskColumn(g_, layout.mask));
}

absl::StatusOr<tensorflow::MetaGraphDef> TaggerGraph::Build() {
  for (const model::WeightShape& weight : model::WeightShapes(spec_)) {
    weights_[weight.name] = g_.Variable(weight.name, weight.shape, !weight.frozen);
  }
  const Output ids = g_.Placeholder("word_ids", DataType::kInt32, {-1, -1});
  const Output lengths = g_.Placeholder("sequence_lengths", DataType::kInt32, {-1});
  const Output dropout = g_.Placeholder("dropout_pl", DataType::kFloat, {});
  const Layout layout = LayOut(ids, lengths);
  Output x = Embed(ids, layout);
  for (size_t i = 0; i < spec_.encoder_rates.size(); ++i) {
    const std::string layer = fmt::format("encode_{}", i);
    x = DilatedGatedConv1D(
        g_, "text/" + layer,
        {x, layout.mask, Weight(layer + "/kernel"), Weight(layer + "/bias"), spec_.hidden, spec_.encoder_rates[i]});
  }
  // Clients feed the keep probability of training; the logits wait for it and do not use it.
  const Output logits = g_.Begin("Identity", "logits", !kUnique)
                            .Input(Logits(x, layout))
                            .After(dropout)
                            .Type("T", DataType::kFloat)
                            .Result(DataType::kFloat);
  const Output transitions = g_.Named("transition_params", Weight("crf/transitions"));
  const auto tags = static_cast<int64_t>(spec_.tags.size());

  tensorflow::MetaGraphDef meta;
  AddSaver(g_, &meta);
  TIQU_ASSIGN_OR_RETURN(*meta.mutable_graph_def(), g_.Finish());
  DescribeMetaGraph(&meta);
  auto& signatures = *meta.mutable_signature_def();
  signatures["infoext"] = MakePredictSignature(
      {{"word_ids", ids, {-1, -1}}, {"sequence_lengths", lengths, {-1}}, {"dropout_pl", dropout, {}}},
      {{"logits", logits, {-1, -1, tags}}, {"transition_params", transitions, {tags, tags}}});
  signatures["serving_default"] = signatures["infoext"];
  return meta;
}

}  // namespace

absl::StatusOr<tensorflow::MetaGraphDef> BuildTaggerGraph(const model::ModelSpec& spec) {
  TIQU_RETURN_IF_ERROR(spec.Validate());
  if (!spec.is_tagger()) return absl::InvalidArgumentError(fmt::format("spec.kind is \"{}\", not a tagger", spec.kind));
  return TaggerGraph(spec).Build();
}

}  // namespace tiqu::graph
