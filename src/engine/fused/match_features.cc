#include "engine/kernels/match_features.h"

#include "base/status.h"
#include "engine/fused/layer.h"
#include "engine/ops/index_error.h"

namespace tiqu::engine {
namespace {

struct MatchFeatures {
  int passage_chars, passage_words, question_chars, question_words;
  int anchor_begin, anchor_end, passage_mask, question_mask;
  Tensor char_idf, word_idf;

  absl::Status Check(const OpContext& context) const {
    const Tensor &p1 = context.input(passage_chars), &q1 = context.input(question_chars);
    TIQU_RETURN_IF_ERROR(ExpectShape("passage_chars", p1, {-1, -1}));
    const int64_t batch = p1.shape()[0];
    TIQU_RETURN_IF_ERROR(ExpectShape("question_chars", q1, {batch, -1}));
    TIQU_RETURN_IF_ERROR(ExpectShape("passage_words", context.input(passage_words), p1.shape()));
    TIQU_RETURN_IF_ERROR(ExpectShape("question_words", context.input(question_words), q1.shape()));
    TIQU_RETURN_IF_ERROR(ExpectShape("passage_mask", context.input(passage_mask), p1.shape()));
    TIQU_RETURN_IF_ERROR(ExpectShape("question_mask", context.input(question_mask), q1.shape()));
    TIQU_RETURN_IF_ERROR(ExpectShape("anchor_begin", context.input(anchor_begin), {batch, 1}));
    TIQU_RETURN_IF_ERROR(ExpectShape("anchor_end", context.input(anchor_end), {batch, 1}));
    TIQU_RETURN_IF_ERROR(CheckIndices(p1, char_idf.size()));
    TIQU_RETURN_IF_ERROR(CheckIndices(q1, char_idf.size()));
    return CheckIndices(context.input(passage_words), word_idf.size());
  }

  absl::Status Run(OpContext& context) const {
    TIQU_RETURN_IF_ERROR(Check(context));
    const Shape shape = context.input(passage_chars).shape();
    const int64_t columns = context.input(question_chars).shape()[1];
    TIQU_ASSIGN_OR_RETURN(Tensor * out,
                          context.Allocate(0, DataType::kFloat, {shape[0], shape[1], kernels::kMatchFeatureCount}));
    for (int64_t b = 0; b < shape[0]; ++b) {
      kernels::MatchFeaturesInput in;
      in.passage_length = shape[1];
      in.question_length = columns;
      in.passage_chars = context.input(passage_chars).data<int32_t>() + b * shape[1];
      in.passage_words = context.input(passage_words).data<int32_t>() + b * shape[1];
      in.question_chars = context.input(question_chars).data<int32_t>() + b * columns;
      in.question_words = context.input(question_words).data<int32_t>() + b * columns;
      in.passage_mask = context.input(passage_mask).data<float>() + b * shape[1];
      in.question_mask = context.input(question_mask).data<float>() + b * columns;
      in.anchor_begin = context.input(anchor_begin).data<float>()[b];
      in.anchor_end = context.input(anchor_end).data<float>()[b];
      in.char_idf = char_idf.data<float>();
      in.word_idf = word_idf.data<float>();
      kernels::MatchFeatures(in, out->data<float>() + b * shape[1] * kernels::kMatchFeatureCount);
    }
    return absl::OkStatus();
  }
};

}  // namespace

absl::StatusOr<OpInstance> MakeMatchFeatures(const NodeSpec& spec) {
  MatchFeatures layer{};
  layer.passage_chars = spec.Role("passage_chars");
  layer.passage_words = spec.Role("passage_words");
  layer.question_chars = spec.Role("question_chars");
  layer.question_words = spec.Role("question_words");
  layer.anchor_begin = spec.Role("anchor_begin");
  layer.anchor_end = spec.Role("anchor_end");
  layer.passage_mask = spec.Role("passage_mask");
  layer.question_mask = spec.Role("question_mask");
  for (const int ids : {layer.passage_chars, layer.passage_words, layer.question_chars, layer.question_words}) {
    spec.ExpectType(ids, {DataType::kInt32});
  }
  for (const int values : {layer.anchor_begin, layer.anchor_end, layer.passage_mask, layer.question_mask}) {
    spec.ExpectType(values, {DataType::kFloat});
  }
  layer.char_idf = FloatWeight(spec, "char_idf", {-1});
  layer.word_idf = FloatWeight(spec, "word_idf", {-1});
  return InstanceOf(std::move(layer));
}

}  // namespace tiqu::engine
