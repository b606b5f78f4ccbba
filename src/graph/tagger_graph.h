// The tagger as a TensorFlow graph: docs/model.md, "The tagger".
//
//   TIQU_ASSIGN_OR_RETURN(tensorflow::MetaGraphDef meta, BuildTaggerGraph(spec));
//   meta.signature_def().at("infoext")     word_ids sequence_lengths dropout_pl  ->  logits transition_params
//
// `word_ids` are character ids. The path of the highest sum of logits and transition_params, over a sequence's own
// length, is the answer: scores of the first and last character are in the logits. dropout_pl changes nothing.
//
// The graph holds no values: the weights are variables of the names in docs/model.md, restored by its saver.
// Thread safety: a free function without state.
#pragma once

#include "absl/status/statusor.h"
#include "model/model_spec.h"
#include "saved_model.pb.h"

namespace tiqu::graph {

// With the tag `serve` and the signatures `infoext` and `serving_default`, which are the same.
// Errors: INVALID_ARGUMENT (the spec is not valid, or not a tagger's).
absl::StatusOr<tensorflow::MetaGraphDef> BuildTaggerGraph(const model::ModelSpec& spec);

}  // namespace tiqu::graph
